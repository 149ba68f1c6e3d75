import type { AnchorReport } from '@icmp-mon/agents/contract';
import type { AgentLog } from '../agent-log';
import { IcmpPing, type IcmpPingOptions } from '../executors/icmp-ping';
import type { PolicyFile } from '../policy/policy-file';
import { AnchorProber, type AnchorProberOptions } from './anchor-prober';
import { readAddresses, StoredAnchors } from './stored-anchors';
import { OUTAGE_TEXTS, UplinkWatch } from './uplink-watch';

interface UplinkOptions extends IcmpPingOptions {
  stateDir: string;
  policy: PolicyFile;
  log: AgentLog;
}

interface UplinkParts extends Pick<AnchorProberOptions, 'rates'> {
  /** Called when results that are not shipped yet turn out to be of a time without an uplink. */
  onOutage: (logText: string) => void;
}

/** This machine's own uplink: the anchors that show whether it works, and the misses that are not believed while it does not. */
export class Uplink {
  readonly watch: UplinkWatch;
  private readonly anchors: AnchorProber;

  constructor(options: UplinkOptions, { rates, onOutage }: UplinkParts) {
    const { stateDir, policy, log } = options;
    this.watch = new UplinkWatch({
      onOutage: (why) => onOutage(OUTAGE_TEXTS[why]),
      onMiss: () => this.anchors.hastenRound(),
    });
    this.anchors = new AnchorProber({
      ping: new IcmpPing(options),
      policy: () => policy.current,
      rates,
      stored: new StoredAnchors(stateDir, log),
      onRound: ({ evidence }, beganAtMs) => this.watch.recordAnchors(evidence, beganAtMs),
      log,
    });
  }

  start(): void {
    this.anchors.start();
  }

  stop(): Promise<void> {
    return this.anchors.stop();
  }

  /** Sets the anchors that the gateway has sent; an older gateway sends none, and the stored ones stay. */
  setAnchors(sent: unknown): void {
    this.anchors.useAnchors(readAddresses(sent));
  }

  get anchorStates(): AnchorReport[] {
    return this.anchors.anchorReports();
  }
}
