import { EpochLost, WriterLost } from '@icmp-mon/shard/engine';
import { SimulatedFailure } from './simulated-process';

/** Returns the error, or the first of an aggregate, that no simulated fault explains; null when faults explain all of it. */
export function unexpected(error: unknown): Error | null {
  if (error instanceof AggregateError) {
    for (const each of error.errors) {
      const found = unexpected(each);
      if (found) return found;
    }
    return null;
  }
  if (error instanceof SimulatedFailure || error instanceof EpochLost || error instanceof WriterLost) return null;
  return error instanceof Error ? error : new Error(String(error));
}
