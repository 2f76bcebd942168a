import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where system programs live that are not on everyone's PATH. */
const systemFolders = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

function isThere(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** The path of a program, or undefined. An absolute path stands for itself if it exists, program or not. */
export function findProgram(name) {
  if (isAbsolute(name)) return isThere(name, constants.F_OK) ? name : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...systemFolders];
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find((path) => isThere(path, constants.X_OK));
}
