import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { escaped, markup } from "./markup.ts";

describe("markup", () => {
  it("escapes every text, in elements and in attributes", () => {
    const hostile = `"><script>alert('1')</script>&`;
    const page = markup`<p title="${hostile}">${hostile}</p>`.text;
    assert(!page.includes("<script"), page);
    assert.equal(page.split('"').length, 3, "the attribute ends where it was meant to");
    assert.equal(escaped("<&>\"'"), "&lt;&amp;&gt;&quot;&#39;");
  });

  it("takes markup as it is, lists in order, nothing for undefined, and rounds places", () => {
    const items = [1, 2].map((item) => markup`<li>${item}</li>`);
    assert.equal(markup`<ul>${items}${undefined}</ul>`.text, "<ul><li>1</li><li>2</li></ul>");
    assert.equal(markup`${1 / 3}`.text, "0.33");
  });
});
