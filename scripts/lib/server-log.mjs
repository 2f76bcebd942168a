const START_SECONDS = 60;

/** Follows what a starting server prints: `log()` is all of it, `port` resolves once the server listens. */
export function followServer(child) {
  let log = '';
  const { promise: port, resolve, reject } = withResolvers();
  const fail = (what) => reject(new Error(`VS Code's server ${what}:\n${log}`));
  const limit = setTimeout(() => fail(`does not listen after ${START_SECONDS} s`), START_SECONDS * 1000);
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      log += text;
      const listening = /Extension host agent listening on (\d+)/.exec(log);
      if (listening) resolve(Number(listening[1]));
    });
  void child.exited.then((code) => fail(`ended with exit code ${code}`));
  return { port: port.finally(() => clearTimeout(limit)), log: () => log };
}

/** Promise.withResolvers, which Node.js 20 has not. */
function withResolvers() {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
}
