import { Socket } from '@icmp-mon/platform/plugins';
import type { ShardDirectory } from '../directory';
import type { ShardParticipant } from '../participant';

export interface PluggedParticipant {
  /** Equals the name of its participants. */
  name: string;
  /** Runs before a shard is adopted, in the CLI only. `newLog`: none of the records in the shard's log were ever read. */
  prepareAdoption?(shard: number, newLog: boolean): Promise<void>;
  /** Creates the participant of one shard, once per takeover. */
  create(shard: number, directory: () => ShardDirectory): ShardParticipant;
}

/** The participants that contexts contribute to the shards. */
export class ShardParticipants extends Socket<PluggedParticipant> {
  protected keyOf({ name }: PluggedParticipant): string {
    return name;
  }
}
