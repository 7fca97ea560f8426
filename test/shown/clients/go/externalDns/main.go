// external-dns for one round, without a cluster: its own flags, provider, registry and plan; the
// endpoints that a cluster would name come as JSON on standard input.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider/rfc2136"
	"sigs.k8s.io/external-dns/registry/txt"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	config := externaldns.NewConfig()
	fail(config.ParseFlags(os.Args[1:]))
	var desired []*endpoint.Endpoint
	fail(json.NewDecoder(os.Stdin).Decode(&desired))
	filter := endpoint.NewDomainFilter(config.DomainFilter)
	provider, err := rfc2136.New(context.Background(), config, filter)
	fail(err)
	registry, err := txt.New(config, provider)
	fail(err)
	current, err := registry.Records(context.Background())
	fail(err)
	desired, err = registry.AdjustEndpoints(desired)
	fail(err)
	round := plan.Plan{
		Policies:       []plan.Policy{plan.Policies[config.Policy]},
		Current:        current,
		Desired:        desired,
		DomainFilter:   endpoint.MatchAllDomainFilters{filter, registry.GetDomainFilter()},
		ManagedRecords: config.ManagedDNSRecordTypes,
		OwnerID:        registry.OwnerID(),
	}
	changes := round.Calculate().Changes
	if changes.HasChanges() {
		fail(registry.ApplyChanges(context.Background(), changes))
	}
	fmt.Printf("created %d, updated %d, deleted %d\n",
		len(changes.Create), len(changes.UpdateNew), len(changes.Delete))
}
