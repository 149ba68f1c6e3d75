import type { Executors } from './executor';
import { IcmpPing } from './icmp-ping';

export interface ExecutorOptions {
  fpingPath: string | undefined;
  captureDir: string;
}

/** Returns one executor per type of check. */
export function createExecutors({ fpingPath, captureDir }: ExecutorOptions): Executors {
  return {
    icmp_ping: new IcmpPing({ fpingPath, captureDir }),
  };
}
