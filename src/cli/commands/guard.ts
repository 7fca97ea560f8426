import { type CommandSpec, JSON_OUTPUT } from "../commandSpec.ts";
import type { CliActions } from "../runCli.ts";

/** `holdfast guard`: performed by whoever puts the program together. */
export function guardCommand(actions: CliActions): CommandSpec {
  return {
    path: "guard",
    summary: "run a local resolver that does not believe a suspicious empty answer",
    text:
      "Answers DNS on this machine over UDP and TCP, asks the upstreams, remembers what they " +
      "said, and goes on serving addresses that an upstream suddenly denies while they are " +
      "still the service. It needs no region and no state folder. docs/guard.md has the rest.",
    options: [
      {
        flags: "--upstream <server...>",
        text: "who is asked: 192.0.2.53, 192.0.2.53#5353 or tls://1.1.1.1#cloudflare-dns.com",
      },
      { flags: "--listen <address...>", text: "where clients ask (default: 127.0.0.1:53)" },
      { flags: "--allow <network...>", text: "clients besides this machine, as 10.0.0.0/8" },
      { flags: "--off <name...>", text: "names that are not guarded, and all below them" },
      { flags: "-c, --config <file>", text: "how names are guarded: YAML, or JSON" },
      { flags: "--memory <file>", text: "keep the last good addresses over a restart" },
      { flags: "--cache <size>", text: "memory for what is remembered (default: 64M)" },
      {
        flags: "--threads <n>",
        text: "threads that answer over UDP on each address (default: one per core, at most 4)",
      },
      { flags: "--http <address>", text: "serve status page, JSON and metrics, as 127.0.0.1:9153" },
      { flags: "--ca <file>", text: "certificates to trust besides the system's, PEM" },
      { flags: "--trust-ad", text: "believe the upstreams' word on DNSSEC on any way" },
      { flags: "--mix-case", text: "random letter case in questions, against forgers (0x20)" },
      { ...JSON_OUTPUT, text: "print events as JSON, one per line" },
    ],
    examples: [
      { line: "guard --upstream 192.0.2.53", text: "listen on 127.0.0.1:53, ask this server" },
      {
        line: "guard --upstream tls://1.1.1.1#cloudflare-dns.com --listen 127.0.0.1:5353",
        text: "ask over TLS; no root needed for this port",
      },
      {
        line: "guard --upstream 192.0.2.53 --upstream 192.0.2.54 --http 127.0.0.1:9153",
        text: "two servers; which names are held up is shown by http://127.0.0.1:9153",
      },
      {
        line: "guard --upstream 192.0.2.53 --off internal.example.com -c guard.yaml",
        text: "never hold up names below internal.example.com; the file has the rest",
      },
    ],
    run: ({ options }) => {
      const given = (name: string) => {
        const value = options.text(name);
        return value === undefined ? {} : { [name]: value };
      };
      return actions.guard({
        upstreams: options.texts("upstream"),
        listen: options.texts("listen"),
        allow: options.texts("allow"),
        off: options.texts("off"),
        ...given("config"),
        ...given("memory"),
        ...given("cache"),
        ...given("http"),
        ...given("threads"),
        ...given("ca"),
        trustAd: options.has("trust-ad"),
        mixesCase: options.has("mix-case"),
        json: options.has("json"),
      });
    },
  };
}
