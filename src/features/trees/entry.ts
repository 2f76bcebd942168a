import type { OutlineItem } from '../../core/outline/item';
import type { OpenCluster } from '../clusters/open-cluster';

/** What a tree shows in one line: an item of the outline, and the cluster it belongs to. Commands get it as argument. */
export interface TreeEntry {
  readonly open: OpenCluster;
  readonly item: OutlineItem;
  /** The ids from the root to the item. */
  readonly path: string;
}
