// DataScript as a peer of the bench: one request (JSON) a line, one reply a line:
// `ok WORD …` or `error TEXT`.
//
//   {"op": "load", "tables": […]}          the data set, instead of the one before
//   {"op": "prepare", "datalog": …, …}     the row that the next two speak of
//   {"op": "answer"}                       ok ROWS CHECKSUM
//   {"op": "sample", "budget": MS}         ok US US …
//   {"op": "open", "tables": […]}          an empty database, and the entities to put into it
//   {"op": "apply", "transactions": [[[table, begin, end] …] …]}     ok MS
//   {"op": "facts"}                        ok COUNT
//
// usage: node datascript.mjs FOLDER        where node_modules/datascript lies
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const require = createRequire(process.argv[2] + '/');
const d = require('datascript');

let db, row, next = 0, batch = 0;

// Its JavaScript interface knows attributes and keywords as plain strings.
const withStrings = (text) =>
  text.replace(/:(?!(find|in|where|with)\b)([a-z][a-z/-]*)/g, '"$2"');

function read(tables) {
  const schema = {};
  const entities = tables.map(({ ids, columns }) => {
    for (const { attribute, many, reference } of columns) {
      schema[attribute] = { ':db/index': true };
      if (many) schema[attribute][':db/cardinality'] = ':db.cardinality/many';
      if (reference) schema[attribute][':db/valueType'] = ':db.type/ref';
    }
    return ids.map((id, i) => {
      const entity = { ':db/id': id };
      for (const { attribute, words, cells } of columns) {
        entity[attribute] = words.length ? words[cells[i]] : cells[i];
      }
      return entity;
    });
  });
  return { schema, entities };
}

function load({ tables }) {
  const { schema, entities } = read(tables);
  db = d.db_with(d.empty_db(schema), entities.flat());
}

let waiting;

function open({ tables }) {
  const { schema, entities } = read(tables);
  db = d.empty_db(schema);
  waiting = entities;
}

function apply({ transactions }) {
  const forms = transactions.map((parts) =>
    parts.flatMap(([table, begin, end]) => waiting[table].slice(begin, end)));
  const start = performance.now();
  for (const some of forms) db = d.db_with(db, some);
  return performance.now() - start;
}

const facts = () => d.datoms(db, ':eavt').length;

function prepare({ datalog, input, arguments: given, door }) {
  const text = withStrings(datalog);
  const rest = !input ? [] : [input.startsWith('[[') ? withStrings(input) : JSON.parse(input.replaceAll(' ', ','))];
  const ask = {
    query: (x) => d.q(text, db, ...rest, ...(x === undefined ? [] : [x])),
    fresh: (x) => d.q(text.replace('{}', x), db),
    entity: (x) => [[d.entity(db, x).get('name')]],
  }[door];
  row = { ask, arguments: given.length ? given : [undefined] };
  next = batch = 0;
}

const run = () => {
  const rows = row.ask(row.arguments[next++ % row.arguments.length]);
  let sum = rows.length;
  for (const cells of rows) for (const cell of cells) sum += typeof cell === 'number' ? cell : cell.length;
  return sum;
};

const cellText = (cell) => (typeof cell === 'number' ? String(Math.round(cell * 1000)) : cell);

function hashOf(cells) {
  let hash = 2166136261;
  for (const cell of cells) {
    for (const byte of Buffer.from(cellText(cell) + '\x1f')) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  }
  return hash;
}

function answer() {
  let rows = 0, checksum = 0;
  for (const argument of row.arguments) {
    for (const cells of row.ask(argument)) {
      rows += 1;
      checksum += hashOf(cells);
    }
  }
  return `${rows} ${checksum}`;
}

function sample({ budget }) {
  if (!batch) {
    for (let i = 0; i < 3; i++) run();
    const start = performance.now();
    run();
    batch = Math.min(1000, Math.max(1, Math.floor(0.02 / (performance.now() - start))));
  }
  const start = performance.now(), samples = [];
  do {
    const one = performance.now();
    for (let i = 0; i < batch; i++) run();
    samples.push(((performance.now() - one) * 1000) / batch);
  } while (performance.now() - start < budget);
  return samples.map((us) => us.toFixed(4)).join(' ');
}

const operations = { hello: () => '', load, prepare, answer, sample, open, apply, facts };
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(`ok ${operations[request.op](request) ?? ''}`);
  } catch (e) {
    console.log(`error ${String(e.message ?? e).replaceAll('\n', ' ')}`);
  }
}
