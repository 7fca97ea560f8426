import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { ApiError } from "../apiError.ts";
import { ApiWorld, TOKEN } from "../world.suite.ts";
import { ApiClient } from "./apiClient.ts";

test("ApiClient reads and changes what the API serves", async () => {
  const world = new ApiWorld();
  await world.plan(["dynamodb", "signin"]);
  await world.serve(async (api) => {
    const baseUrl = `http://127.0.0.1:${api.port}`;
    const client = new ApiClient({ baseUrl, token: TOKEN, actor: "operator:ann" });
    assert.equal((await client.status()).generation, 1);
    assert.equal((await client.endpoint("dynamodb")).mode, "healthy");
    assert.equal((await client.wholePlan()).entries.length, 2);
    assert.equal((await client.force("lb-a1", "drain", "test")).changed, true);
    assert.equal((await client.inventory()).forces[0]?.actor, "operator:ann");
    assert.equal((await client.release("lb-a1")).changed, true);
    await client.close();
  });
});

test("ApiClient rejects with the API's own words, and says when nobody answers", async () => {
  const world = new ApiWorld();
  let baseUrl = "";
  await world.serve(async (api) => {
    baseUrl = `http://127.0.0.1:${api.port}`;
    const client = new ApiClient({ baseUrl });
    await assert.rejects(client.force("lb-a1", "up", ""), (error) => {
      assert.ok(error instanceof ApiError && error.fault.code === "api-refused");
      assert.equal(error.fault.status, 401);
      assert.match(error.fault.hint ?? "", /\.holdfast\/token/);
      return true;
    });
    await client.close();
  });
  const client = new ApiClient({ baseUrl });
  await assert.rejects(client.status(), (error) => {
    return error instanceof ApiError && error.fault.code === "api-unreachable";
  });
  await client.close();
});

test("ApiClient says that another program answers", async () => {
  const server = createServer((_request, response) => response.end("<html>hello</html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const client = new ApiClient({ baseUrl: `http://127.0.0.1:${address.port}` });
  await assert.rejects(client.status(), (error) => {
    return error instanceof ApiError && error.fault.code === "api-malformed-answer";
  });
  await client.close();
  server.closeAllConnections();
  server.close();
});
