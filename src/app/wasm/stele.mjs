// Loads a stele module: everything that the module needs from its host, written by hand.
//
// The module is a WASI reactor. Of WASI it gets what libc++ and wasi-libc really call: clocks,
// randomness, an environment, and writing to stdout and stderr. It gets no files and no sockets;
// such a call answers "not supported", as on any host that lacks them.
//
// Works in Node 18 and later and in browsers.

const ERRNO_SUCCESS = 0;
const ERRNO_BADF = 8;
const ERRNO_NOSYS = 52;
const CLOCK_REALTIME = 0;
const RANDOM_BYTES_MAX = 65536; // getRandomValues takes no more at once

const decoder = new TextDecoder();
const encoder = new TextEncoder();

// The bytes of a module, from bytes, a URL, or in Node a path.
async function readModule(source) {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source;
  const isNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  const isRemote = /^(https?|data|blob):/.test(String(source));
  if (isNode && !isRemote) {
    const { readFile } = await import("node:fs/promises");
    return readFile(source);
  }
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source}: HTTP ${response.status}`);
  return response.arrayBuffer();
}

async function findCrypto() {
  return globalThis.crypto ?? (await import("node:crypto")).webcrypto; // Node 18 has no global one
}

// stdout and stderr arrive in pieces; a line is handed on when it is whole.
function lineWriter(onLine) {
  const pieces = new TextDecoder();
  let rest = "";
  return (bytes) => {
    const lines = (rest + pieces.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) onLine(line);
  };
}

// The imports of `wasi_snapshot_preview1`. `memory()` gives the module's memory, which exists only
// later, and whose buffer changes whenever it grows: never keep a view.
function wasiImports(memory, crypto, { env, onStdout, onStderr, now }) {
  const view = () => new DataView(memory().buffer);
  const writers = { 1: lineWriter(onStdout), 2: lineWriter(onStderr) };
  const variables = Object.entries(env).map(([name, value]) => encoder.encode(`${name}=${value}\0`));

  return {
    args_sizes_get(countAt, bytesAt) {
      view().setUint32(countAt, 0, true);
      view().setUint32(bytesAt, 0, true);
      return ERRNO_SUCCESS;
    },
    args_get: () => ERRNO_SUCCESS,
    environ_sizes_get(countAt, bytesAt) {
      view().setUint32(countAt, variables.length, true);
      view().setUint32(bytesAt, variables.reduce((sum, text) => sum + text.length, 0), true);
      return ERRNO_SUCCESS;
    },
    environ_get(pointersAt, bytesAt) {
      for (const text of variables) {
        view().setUint32(pointersAt, bytesAt, true);
        new Uint8Array(memory().buffer).set(text, bytesAt);
        pointersAt += 4;
        bytesAt += text.length;
      }
      return ERRNO_SUCCESS;
    },
    clock_res_get(clock, at) {
      view().setBigUint64(at, 1_000n, true);
      return ERRNO_SUCCESS;
    },
    clock_time_get(clock, precision, at) {
      const milliseconds = clock === CLOCK_REALTIME ? now() : performance.now();
      view().setBigUint64(at, BigInt(Math.round(milliseconds * 1e6)), true);
      return ERRNO_SUCCESS;
    },
    random_get(at, count) {
      const bytes = new Uint8Array(memory().buffer, at, count);
      for (let i = 0; i < count; i += RANDOM_BYTES_MAX) {
        crypto.getRandomValues(bytes.subarray(i, i + RANDOM_BYTES_MAX));
      }
      return ERRNO_SUCCESS;
    },
    fd_write(fd, buffersAt, buffers, writtenAt) {
      if (!writers[fd]) return ERRNO_BADF;
      let written = 0;
      for (let i = 0; i < buffers; ++i) {
        const at = view().getUint32(buffersAt + 8 * i, true);
        const count = view().getUint32(buffersAt + 8 * i + 4, true);
        writers[fd](new Uint8Array(memory().buffer, at, count));
        written += count;
      }
      view().setUint32(writtenAt, written, true);
      return ERRNO_SUCCESS;
    },
    fd_close: () => ERRNO_BADF,
    fd_seek: () => ERRNO_BADF,
    fd_read: () => ERRNO_BADF,
    fd_fdstat_get: () => ERRNO_BADF,
    fd_prestat_get: () => ERRNO_BADF, // no folder is open: this is how wasi-libc asks
    sched_yield: () => ERRNO_SUCCESS,
    proc_exit(code) {
      throw new Error(`the module ended itself with code ${code}`);
    },
  };
}

// Instantiates the module at `source` (path, URL or bytes). Options: `env`, the environment as an
// object; `onStdout` and `onStderr`, called with each line; `now`, milliseconds since 1970.
// Gives an object with
//   exports        the module's functions and memory, as they are
//   call(name, text)  calls an exported `(ptr, len) -> ptr` on a string and gives the string that it
//                  returns: at `ptr`, four bytes of length (little-endian) and then UTF-8 bytes
// After an exception from `call` the module's state is unknown: load another.
export async function loadWasm(source, options = {}) {
  const settings = {
    env: {},
    onStdout: (line) => console.log(line),
    onStderr: (line) => console.error(line),
    now: () => Date.now(),
    ...options,
  };
  const module = await WebAssembly.compile(await readModule(source));
  let exports;
  const known = wasiImports(() => exports.memory, await findCrypto(), settings);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = known[name] ?? (() => ERRNO_NOSYS);
  }
  ({ exports } = await WebAssembly.instantiate(module, imports));
  exports._initialize?.();

  function call(name, text) {
    const given = encoder.encode(text);
    const givenAt = exports.stele_alloc(given.length);
    if (givenAt === 0) throw new Error("the module is out of memory");
    new Uint8Array(exports.memory.buffer).set(given, givenAt);
    const resultAt = exports[name](givenAt, given.length) >>> 0;
    exports.stele_free(givenAt);
    const count = new DataView(exports.memory.buffer).getUint32(resultAt, true);
    const result = decoder.decode(new Uint8Array(exports.memory.buffer, resultAt + 4, count));
    exports.stele_free(resultAt);
    return result;
  }

  return { exports, call };
}
