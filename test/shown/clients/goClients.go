// What Go programs that write DNS by UPDATE send, with the library that they share
// (github.com/miekg/dns): external-dns lists by AXFR and writes whole messages of removals and
// insertions, terraform-provider-dns writes one RRset at a time and reads it back, lego replaces a
// challenge and removes it.
//
//	goClients SERVER:PORT ZONE KEY-NAME SECRET external-dns|terraform|lego
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

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
	os.Exit(1)
}

func record(text string) dns.RR {
	rr, err := dns.NewRR(text)
	if err != nil {
		fail(text, err)
	}
	return rr
}

func signed(message *dns.Msg) *dns.Msg {
	message.SetTsig(keyName, dns.HmacSHA256, 300, time.Now().Unix())
	return message
}

func exchange(message *dns.Msg) *dns.Msg {
	client := &dns.Client{Net: "tcp", TsigSecret: map[string]string{keyName: secret}}
	response, _, err := client.Exchange(signed(message), server)
	if err != nil {
		fail("exchange", err)
	}
	return response
}

func send(what string, message *dns.Msg) {
	fmt.Printf("%s %s\n", what, dns.RcodeToString[exchange(message).Rcode])
}

func update() *dns.Msg {
	message := new(dns.Msg)
	return message.SetUpdate(zone)
}

func ask(name string, rrType uint16) {
	query := new(dns.Msg)
	response := exchange(query.SetQuestion(name, rrType))
	fmt.Printf("answer %s %s\n", dns.RcodeToString[response.Rcode], values(response.Answer))
}

func values(records []dns.RR) string {
	var texts []string
	for _, rr := range records {
		texts = append(texts, strings.TrimPrefix(rr.String(), rr.Header().String()))
	}
	sort.Strings(texts)
	return strings.Join(texts, " ")
}

func list(prefix string) {
	transfer := &dns.Transfer{TsigSecret: map[string]string{keyName: secret}}
	query := new(dns.Msg)
	query.SetAxfr(zone)
	envelopes, err := transfer.In(signed(query), server)
	if err != nil {
		fail("AXFR", err)
	}
	var names []string
	for envelope := range envelopes {
		if envelope.Error != nil {
			fail("AXFR", envelope.Error)
		}
		for _, rr := range envelope.RR {
			if strings.HasPrefix(rr.Header().Name, prefix) {
				names = append(names, dns.TypeToString[rr.Header().Rrtype])
			}
		}
	}
	sort.Strings(names)
	fmt.Printf("list %s\n", strings.Join(names, " "))
}

func externalDns() {
	name := "app.apps." + zone
	owner := `"heritage=external-dns,external-dns/owner=default,external-dns/resource=service/app"`
	create := update()
	create.Insert([]dns.RR{record(name + " 60 A 192.0.2.10")})
	create.Insert([]dns.RR{record("a-" + name + " 60 TXT " + owner)})
	send("create", create)
	list("app.apps.")
	change := update()
	change.Remove([]dns.RR{record(name + " 60 A 192.0.2.10")})
	change.Insert([]dns.RR{record(name + " 60 A 192.0.2.11"), record(name + " 60 A 192.0.2.12")})
	send("change", change)
	ask(name, dns.TypeA)
	remove := update()
	remove.Remove([]dns.RR{record(name + " 60 A 192.0.2.11"), record(name + " 60 A 192.0.2.12")})
	remove.Remove([]dns.RR{record("a-" + name + " 60 TXT " + owner)})
	send("delete", remove)
	ask(name, dns.TypeA)
	list("app.apps.")
}

func terraform() {
	name := "db.apps." + zone
	create := update()
	create.Insert([]dns.RR{record(name + " 300 A 192.0.2.20"), record(name + " 300 A 192.0.2.21")})
	send("create", create)
	ask(name, dns.TypeA)
	change := update()
	change.Remove([]dns.RR{record(name + " 300 A 192.0.2.20")})
	change.Insert([]dns.RR{record(name + " 300 A 192.0.2.22")})
	send("change", change)
	ask(name, dns.TypeA)
	taken := update()
	taken.NameNotUsed([]dns.RR{record(name + " 0 A 192.0.2.1")})
	taken.Insert([]dns.RR{record(name + " 300 A 192.0.2.99")})
	send("not-used", taken)
	exact := update()
	exact.Used([]dns.RR{record(name + " 0 A 192.0.2.21"), record(name + " 0 A 192.0.2.22")})
	exact.Insert([]dns.RR{record(name + ` 300 TXT "both"`)})
	send("used", exact)
	remove := update()
	remove.RemoveRRset([]dns.RR{record(name + " 0 A 192.0.2.1"), record(name + ` 0 TXT "x"`)})
	send("delete", remove)
	ask(name, dns.TypeA)
	beyond := update()
	beyond.Insert([]dns.RR{record("db." + zone + " 300 A 192.0.2.20")})
	send("beyond", beyond)
}

func lego() {
	name := "_acme-challenge.apps." + zone
	if soa := exchange(new(dns.Msg).SetQuestion(zone, dns.TypeSOA)); len(soa.Answer) == 1 {
		fmt.Println("answer NOERROR SOA")
	}
	present := update()
	present.RemoveRRset([]dns.RR{record(name + ` 120 TXT "token"`)})
	present.Insert([]dns.RR{record(name + ` 120 TXT "token"`)})
	send("present", present)
	ask(name, dns.TypeTXT)
	cleanUp := update()
	cleanUp.Remove([]dns.RR{record(name + ` 120 TXT "token"`)})
	send("clean-up", cleanUp)
	ask(name, dns.TypeTXT)
}

func main() {
	server, zone, keyName, secret = os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	switch os.Args[5] {
	case "external-dns":
		externalDns()
	case "terraform":
		terraform()
	case "lego":
		lego()
	}
}
