/** The parts of the program for nodes, as text. */
declare module '*.sh' {
  const text: string;
  // eslint-disable-next-line no-restricted-syntax -- esbuild's text loader exports so
  export default text;
}
