import type { Name } from "../../dns/index.ts";
import type { Order, OrderKind, Retirement } from "../../plan/index.ts";
import { ENDED_ORDERS_MAX, TAKEN_ACTS_MAX } from "../limits.ts";
import type { HeldOrders, OrdersReview } from "../orderBook.ts";
import { jsonIn, wholeIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** The orders that people gave, as tables. Writes happen inside the caller's step. */
export class OrderTables implements HeldOrders {
  readonly #file: SqliteFile;
  // Status pages ask again and again; frozen, so that its text is kept with it.
  #all: readonly Order[] | undefined;

  constructor(file: SqliteFile) {
    this.#file = file;
  }

  /** In order of id. */
  all(): readonly Order[] {
    return this.#file.read("read orders", () => {
      this.#all ??= Object.freeze(
        this.#file
          .statement("SELECT json FROM orders ORDER BY id")
          .all()
          .map((row) => jsonIn<Order>(row, "json")),
      );
      return this.#all;
    });
  }

  retirements(): readonly Retirement[] {
    return this.all().filter((order) => order.kind === "retirement");
  }

  byId(id: string): Order | undefined {
    return this.#file.read("read an order", () => {
      const row = this.#file.statement("SELECT json FROM orders WHERE id = ?").get(id);
      return row === undefined ? undefined : jsonIn<Order>(row, "json");
    });
  }

  of(endpoint: Name, kind: OrderKind): Order | undefined {
    return this.#file.read("read an order", () => {
      const row = this.#file
        .statement("SELECT json FROM orders WHERE endpoint = ? AND kind = ?")
        .get(endpoint, kind);
      return row === undefined ? undefined : jsonIn<Order>(row, "json");
    });
  }

  count(): number {
    return this.#file.read("count orders", () => {
      const row = this.#file.statement("SELECT count(*) AS count FROM orders").get();
      return row === undefined ? 0 : wholeIn(row, "count");
    });
  }

  isEnded(id: string): boolean {
    return this.#file.read("look for an order that ended", () => {
      return this.#file.statement("SELECT 1 FROM ended_orders WHERE id = ?").get(id) !== undefined;
    });
  }

  put({ put, replaced }: OrdersReview): void {
    for (const { id } of replaced.values()) this.end(id);
    const add = this.#file.statement(
      "INSERT INTO orders (id, endpoint, kind, json) VALUES (?, ?, ?, ?)",
    );
    for (const order of put) {
      add.run(order.id, order.endpoint, order.kind, JSON.stringify(order));
    }
    this.#all = undefined;
  }

  /** Its id is not taken again, whether there was such an order or not. */
  end(id: string): void {
    this.#file.statement("DELETE FROM orders WHERE id = ?").run(id);
    this.#file.statement("INSERT OR IGNORE INTO ended_orders (id) VALUES (?)").run(id);
    this.#file
      .statement("DELETE FROM ended_orders WHERE seq <= (SELECT max(seq) FROM ended_orders) - ?")
      .run(ENDED_ORDERS_MAX);
    this.#all = undefined;
  }

  isTaken(actId: string): boolean {
    return this.#file.read("look for an act", () => {
      const found = this.#file.statement("SELECT 1 FROM taken_acts WHERE id = ?").get(actId);
      return found !== undefined;
    });
  }

  /** Remembers an act that was taken in. */
  take(actId: string): void {
    this.#file.statement("INSERT INTO taken_acts (id) VALUES (?)").run(actId);
    this.#file
      .statement("DELETE FROM taken_acts WHERE seq <= (SELECT max(seq) FROM taken_acts) - ?")
      .run(TAKEN_ACTS_MAX);
  }
}
