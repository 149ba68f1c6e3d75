import { Socket } from '@icmp-mon/platform/plugins';
import type { ShardDirectory } from '../directory';
import type { ShardParticipant } from '../participant';

export interface PluggedParticipant {
  /** As its participants are called. */
  name: string;
  /** Makes the participant of one shard, for each takeover. */
  create(shard: number, directory: () => ShardDirectory): ShardParticipant;
}

/** The work that contexts do on the logs of the shards. */
export class ShardParticipants extends Socket<PluggedParticipant> {
  protected keyOf({ name }: PluggedParticipant): string {
    return name;
  }
}
