// What Terraform's DNS provider of today (3.x) sends, after its source; the provider itself cannot
// be fetched as a Go module. It asks by UDP and signs all, questions too; after a truncated answer
// it asks with EDNS, then by TCP. It writes one RRset at a time without prerequisites, reads it
// back, and replaces either what differs (addresses) or the whole RRset in one message (the rest).
//
//	terraformToday SERVER:PORT ZONE KEY-NAME SECRET
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/miekg/dns"
)

var server, zone, keyName, secret string

// transport is what the provider is configured with; "udp" if with nothing.
var transport = "udp"

const retriesMax = 3

func exchange(message *dns.Msg) *dns.Msg {
	client := &dns.Client{Net: transport, TsigSecret: map[string]string{keyName: secret}}
	message.RecursionDesired = false
	message.SetTsig(keyName, dns.HmacSHA256, 300, time.Now().Unix())
	for retries := 0; ; {
		response, _, err := client.Exchange(message, server)
		switch {
		case err != nil || response.Rcode == dns.RcodeServerFailure:
			if retries == retriesMax {
				fmt.Fprintln(os.Stderr, message, err)
				os.Exit(1)
			}
			retries++
		case !response.Truncated:
			return response
		case message.IsEdns0() == nil:
			message.SetEdns0(dns.DefaultMsgSize, false)
		default:
			client.Net = "tcp"
		}
	}
}

func records(name, rrType string, values []string) []dns.RR {
	var all []dns.RR
	for _, value := range values {
		rr, err := dns.NewRR(fmt.Sprintf("%s 300 %s %s", name, rrType, value))
		if err != nil {
			panic(err)
		}
		all = append(all, rr)
	}
	return all
}

// without is what of `all` is not in `others`.
func without(all, others []string) []string {
	var rest []string
	for _, value := range all {
		if !strings.Contains("\n"+strings.Join(others, "\n")+"\n", "\n"+value+"\n") {
			rest = append(rest, value)
		}
	}
	return rest
}

// read is what an RRset holds: of a delegation's NS, what the authority section says.
func read(name, rrType string) []string {
	query := new(dns.Msg)
	response := exchange(query.SetQuestion(name, dns.StringToType[rrType]))
	answers := response.Answer
	if rrType == "NS" {
		answers = response.Ns
	}
	var values []string
	if response.Rcode == dns.RcodeSuccess {
		for _, rr := range answers {
			if dns.TypeToString[rr.Header().Rrtype] == rrType {
				values = append(values, strings.TrimPrefix(rr.String(), rr.Header().String()))
			}
		}
	}
	sort.Strings(values)
	return values
}

func write(what, name, rrType string, removed, inserted []string) {
	message := new(dns.Msg)
	message.SetUpdate(zone)
	message.Remove(records(name, rrType, removed))
	message.Insert(records(name, rrType, inserted))
	report(what, message, name, rrType)
}

func report(what string, message *dns.Msg, name, rrType string) {
	code := dns.RcodeToString[exchange(message).Rcode]
	fmt.Printf("%s %s %s: %s\n", what, rrType, code, strings.Join(read(name, rrType), " "))
}

func lifetime(rrType string, before, after []string) {
	name := strings.ToLower(rrType) + ".apps." + zone
	write("create", name, rrType, nil, before)
	if rrType == "A" || rrType == "AAAA" {
		write("change", name, rrType, without(before, after), without(after, before))
	} else {
		write("change", name, rrType, before, after)
	}
	remove := new(dns.Msg)
	remove.SetUpdate(zone)
	rr := dns.TypeToRR[dns.StringToType[rrType]]()
	*rr.Header() = dns.RR_Header{Name: name, Rrtype: dns.StringToType[rrType]}
	remove.RemoveRRset([]dns.RR{rr})
	report("delete", remove, name, rrType)
}

func many(count int) {
	name := fmt.Sprintf("%s-%d.apps.%s", transport, count, zone)
	var addresses []string
	for index := 0; index < count; index++ {
		addresses = append(addresses, fmt.Sprintf("198.51.%d.%d", index/200, index%200))
	}
	message := new(dns.Msg)
	message.SetUpdate(zone)
	message.Insert(records(name, "A", addresses))
	code := dns.RcodeToString[exchange(message).Rcode]
	fmt.Printf("%s %s: %d\n", transport, code, len(read(name, "A")))
}

// zoneOf is how an import finds the zone of a name: by the first SOA above it.
func zoneOf(name string) string {
	for _, start := range dns.Split(name) {
		query := new(dns.Msg)
		response := exchange(query.SetQuestion(name[start:], dns.TypeSOA))
		if response.Rcode == dns.RcodeSuccess && len(response.Answer) > 0 {
			return response.Answer[0].Header().Name
		}
	}
	return "none"
}

func main() {
	server, zone, keyName, secret = os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	lifetime("A", []string{"192.0.2.20", "192.0.2.21"}, []string{"192.0.2.21", "192.0.2.22"})
	lifetime("AAAA", []string{"2001:db8::1"}, []string{"2001:db8::2"})
	lifetime("CNAME", []string{"a.example."}, []string{"b.example."})
	lifetime("MX", []string{"10 a.example.", "20 b.example."}, []string{"10 a.example."})
	lifetime("NS", []string{"a.example.", "b.example."}, []string{"b.example.", "c.example."})
	lifetime("PTR", []string{"a.example."}, []string{"b.example."})
	lifetime("SRV", []string{"1 2 443 a.example."}, []string{"1 2 443 b.example."})
	lifetime("TXT", []string{`"v=1"`, `"two words"`}, []string{`"v=1"`})
	many(80) // near all that one message by UDP may hold; read back by TCP
	transport = "tcp"
	many(400)
	fmt.Printf("zone: %s\n", zoneOf("many.apps."+zone))
	write("beyond", "beyond."+zone, "A", nil, []string{"192.0.2.20"})
}
