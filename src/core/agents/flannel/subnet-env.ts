import { editOutput } from '../../snapshot/edit/output';
import { fileOutput } from '../../snapshot/file-output';
import type { NamespaceRecord } from '../../snapshot/format';

/** The outputs that show what flanneld has written for the container engine. */
const OUTPUTS = ['flannel-subnet-env', fileOutput('/run/flannel/subnet.env')];

export function withSubnetEnv(record: NamespaceRecord, name: string, value: string): NamespaceRecord {
  const edit = (text: string): string => text.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`);
  return OUTPUTS.reduce((one, id) => editOutput(one, id, edit), record);
}
