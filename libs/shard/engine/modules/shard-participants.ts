import { Socket } from '@icmp-mon/platform/plugins';
import type { ShardDirectory } from '../directory';
import type { ShardParticipant } from '../participant';

export interface PluggedParticipant {
  /** As its participants are called. */
  name: string;
  /** Runs before a shard is adopted, in the command line tool only. `newLog`: nothing in the shard's log was ever read. */
  prepareAdoption?(shard: number, newLog: boolean): Promise<void>;
  /** Makes the participant of one shard, for each takeover. */
  create(shard: number, directory: () => ShardDirectory): ShardParticipant;
}

/** The work that contexts do on the logs of the shards. */
export class ShardParticipants extends Socket<PluggedParticipant> {
  protected keyOf({ name }: PluggedParticipant): string {
    return name;
  }
}
