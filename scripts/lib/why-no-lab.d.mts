/** Why a lab of real nodes cannot be built on this machine, if so. */
export function whyNoLab(): string | undefined;
