import { DomainError } from '@icmp-mon/platform/errors';
import { targetPath } from './target-path';

/** The address is already a target of its VRF; the response contains its id and path. */
export class TargetExists extends DomainError {
  readonly members: { targetId: string; target: string };
  readonly location: string;

  constructor(ip: string, vrf: string, targetId: string) {
    super('conflict', `${ip} is already a target in VRF ${vrf}: ${targetId}.`, [
      { pointer: '#/ip', detail: `is already target ${targetId}` },
    ]);
    this.location = targetPath(targetId);
    this.members = { targetId, target: this.location };
  }
}
