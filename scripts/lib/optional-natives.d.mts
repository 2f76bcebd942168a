export const OPTIONAL_NATIVES: string[];
