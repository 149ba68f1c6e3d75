import type { ShardParticipant } from '@icmp-mon/shard/engine';
import type { SimulatedRows } from './simulated-tables';

/** A participant that only one of the two releases has. */
export class Newcomer implements ShardParticipant<SimulatedRows> {
  readonly name = 'newcomer';
  private ticks = 0;

  onTick(): void {
    this.ticks++;
  }

  checkpoint(): ReturnType<ShardParticipant<SimulatedRows>['checkpoint']> {
    return { head: { ticks: this.ticks }, columns: { more: Uint8Array.of(1, 2, 3) } };
  }

  restore(): void {
    throw new Error('the checkpoint has no part of this participant');
  }

  takePendingWrite(): null {
    return null;
  }

  hasPending(): boolean {
    return false;
  }
}
