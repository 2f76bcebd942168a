/** Installs the working tree into an extensions folder, as links. */
export function linkExtension(extensions: string): void;
