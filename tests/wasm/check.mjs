// The text's example in WebAssembly: two databases in memory, one query, and one as of before. Then
// the conformance files.
//
//   node tests/wasm/check.mjs build/wasm/stele.wasm
import { loadWasm } from "../../src/app/wasm/stele.mjs";
import { runConformance } from "./conformance.mjs";

const stele = await loadWasm(process.argv[2] ?? "build/wasm/stele.wasm");
let failures = 0;

function ask(request) {
  return stele.call("stele_pipe", request);
}

function expect(what, request, wanted) {
  const got = ask(request);
  const good = wanted instanceof RegExp ? wanted.test(got) : got === wanted;
  console.log(`${good ? "ok  " : "FAIL"} ${what}`);
  if (good) return got;
  failures += 1;
  console.log(`     asked ${request}\n     got   ${got}\n     not   ${wanted}`);
  return got;
}

const join = `[:find ?name ?price ?stock :in $cat $inv
  :where [$cat ?p :product/sku ?sku] [$cat ?p :product/name ?name]
         [$cat ?p :product/price ?price]
         [$inv ?i :stock/sku ?sku] [$inv ?i :stock/count ?stock] [(> ?stock 0)]]`;

expect("answers", "{:op :ping}", "{:ok :pong}");
for (const id of ["catalog", "inventory"]) {
  expect(`creates ${id}`, `{:op :create :id "${id}" :config {:schema-flexibility :read}}`, /^\{:ok/);
}
const first = expect("transacts the catalog", `{:op :transact :id "catalog" :tx [
  {:db/id 1 :product/sku "W001" :product/name "Widget" :product/price 9.99}
  {:db/id 2 :product/sku "G002" :product/name "Gadget" :product/price 24.5}
  {:db/id 3 :product/sku "T003" :product/name "Thingamajig" :product/price 3.75}]}`, /^\{:ok/);
expect("transacts the inventory", `{:op :transact :id "inventory" :tx [
  {:stock/sku "W001" :stock/count 140} {:stock/sku "G002" :stock/count 0}
  {:stock/sku "T003" :stock/count 58}]}`, /^\{:ok/);
expect("joins the two", `{:op :q :query ${join} :args [#db "catalog" #db "inventory"]}`,
  '{:ok #{["Thingamajig" 3.75 58] ["Widget" 9.99 140]}}');
expect("changes a price", `{:op :transact :id "catalog" :tx [[:db/add 1 :product/price 12.49]]}`,
  /^\{:ok/);
expect("sees the change", `{:op :q :query ${join} :args [#db "catalog" #db "inventory"]}`,
  '{:ok #{["Thingamajig" 3.75 58] ["Widget" 12.49 140]}}');
const tx = /:max-tx (\d+)/.exec(first)[1];
expect("joins the past", `{:op :q :query ${join} :args [#db-as-of [#db "catalog" ${tx}] #db "inventory"]}`,
  '{:ok #{["Thingamajig" 3.75 58] ["Widget" 9.99 140]}}');
expect("answers bad input with an error", "{:op :q :query [:find", /^\{:error \{:code :edn\/eof/);

failures += runConformance(ask);
process.exit(failures === 0 ? 0 : 1);
