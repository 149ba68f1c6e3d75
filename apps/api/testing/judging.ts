import { TelemetryDatabase } from '@icmp-mon/platform/database';

const EVERY_MS = 1_000;

/** Replaces the projector's commits: records every second that all shards have judged up to now. */
export class Judging {
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly shardCount: number,
  ) {}

  async start(): Promise<void> {
    await this.writeJudged(0);
    this.timer = setInterval(() => void this.writeJudged(0), EVERY_MS);
  }

  /** Stops judging now. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.writing;
  }

  /** Stops judging, as if that had happened some seconds ago. */
  async stopSince(seconds: number): Promise<void> {
    await this.stop();
    await this.writeJudged(seconds);
  }

  private writeJudged(agoS: number): Promise<unknown> {
    this.writing = this.telemetry.execute(
      `INSERT INTO shard_position (shard, participant, position, log_at)
       SELECT s, 'status', 1, now() - $2 * interval '1 second' FROM generate_series(0, $1::integer - 1) s
       ON CONFLICT (shard, participant) DO UPDATE SET log_at = excluded.log_at`,
      [this.shardCount, agoS],
    );
    // A test may have made the database unavailable on purpose; then nothing judges.
    return this.writing.catch(() => undefined);
  }
}
