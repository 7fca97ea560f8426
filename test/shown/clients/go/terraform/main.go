// Terraform 0.9, the last that held its DNS provider itself: its own configuration language, graph,
// state and provider, without its command line and the hundred other providers.
//
//	terraform FOLDER apply|destroy
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-getter"
	"github.com/hashicorp/terraform/builtin/providers/dns"
	"github.com/hashicorp/terraform/config/module"
	"github.com/hashicorp/terraform/terraform"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readState(path string) *terraform.State {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil
	}
	fail(err)
	defer file.Close()
	state, err := terraform.ReadState(file)
	fail(err)
	return state
}

func writeState(path string, state *terraform.State) {
	file, err := os.Create(path)
	fail(err)
	fail(terraform.WriteState(state, file))
	fail(file.Close())
}

func main() {
	log.SetOutput(io.Discard)
	folder, task := os.Args[1], os.Args[2]
	stateFile := filepath.Join(folder, "terraform.tfstate")
	tree, err := module.NewTreeModule("", folder)
	fail(err)
	storage := &getter.FolderStorage{StorageDir: filepath.Join(folder, ".terraform")}
	fail(tree.Load(storage, module.GetModeGet))
	context, err := terraform.NewContext(&terraform.ContextOpts{
		Destroy: task == "destroy",
		Module:  tree,
		State:   readState(stateFile),
		Providers: map[string]terraform.ResourceProviderFactory{
			"dns": terraform.ResourceProviderFactoryFixed(dns.Provider()),
		},
	})
	fail(err)
	_, err = context.Refresh()
	fail(err)
	plan, err := context.Plan()
	fail(err)
	count := 0
	for _, part := range plan.Diff.Modules {
		count += len(part.Resources)
	}
	state, err := context.Apply()
	writeState(stateFile, state)
	fail(err)
	fmt.Printf("changed %d\n", count)
}
