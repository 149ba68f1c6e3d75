import { DomainError } from '@icmp-mon/platform/errors';
import { targetPath } from './target-path';

/** The address is a target of its VRF already; the answer names it and its path. */
export class TargetExists extends DomainError {
  readonly members: { targetId: string; target: string };
  readonly location: string;

  constructor(ip: string, vrf: string, targetId: string) {
    super('conflict', `${ip} is a target in the VRF ${vrf} already: ${targetId}.`, [
      { pointer: '#/ip', detail: `is target ${targetId} already` },
    ]);
    this.location = targetPath(targetId);
    this.members = { targetId, target: this.location };
  }
}
