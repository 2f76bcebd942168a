/** The probe id of a file's text. */
export function fileOutput(path: string): string {
  return `file:${path}`;
}

export interface ConfigMapEntry {
  readonly namespace: string;
  readonly name: string;
  readonly entry: string;
}

/** The probe id of an entry of a ConfigMap. */
export function configMapOutput({ namespace, name, entry }: ConfigMapEntry): string {
  return `config-map:${namespace}/${name}/${entry}`;
}
