import type { Executors } from './executor';
import { IcmpPing, type IcmpPingOptions } from './icmp-ping';

/** Returns one executor per type of check. */
export function createExecutors({
  fpingPath,
  captureDir,
}: Pick<IcmpPingOptions, 'fpingPath' | 'captureDir'>): Executors {
  return {
    icmp_ping: new IcmpPing({ fpingPath, captureDir }),
  };
}
