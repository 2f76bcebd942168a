import { readFileSync } from 'node:fs';

/** Throws if this Node.js is older than package.json asks for (which has the form ">=MAJOR.MINOR"). */
export function checkNode() {
  const { node } = JSON.parse(readFileSync('package.json', 'utf8')).engines;
  const [[major, minor], [needed, neededMinor]] = [process.versions.node, node.slice(2)].map((version) =>
    version.split('.').map(Number),
  );
  if (major < needed || (major === needed && minor < neededMinor))
    throw new Error(`This is Node.js ${process.versions.node}; ${node} is needed.`);
}
