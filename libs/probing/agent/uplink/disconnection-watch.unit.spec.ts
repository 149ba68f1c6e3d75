import { describe, expect, it } from 'vitest';
import { DisconnectionWatch } from './disconnection-watch';

function scene(): { disconnection: DisconnectionWatch; pass: (ms: number) => void } {
  let nowMs = 0;
  const disconnection = new DisconnectionWatch(() => nowMs);
  disconnection.targetReplied();
  return { disconnection, pass: (ms) => (nowMs += ms) };
}

describe('a machine', () => {
  it('was disconnected while the gateway sent no answer and no target a reply', () => {
    for (const first of ['gatewayAnswered', 'targetReplied'] as const) {
      const { disconnection, pass } = scene();
      disconnection.uploadStarted();
      pass(3_000);
      disconnection.uploadStarted();
      disconnection.targetMissed();
      pass(3_000);
      expect(disconnection[first]()).toBe(true);
      expect(disconnection.targetReplied()).toBe(false);
      expect(disconnection.gatewayAnswered()).toBe(false);
    }
  });

  it('was not disconnected while targets or the gateway answered, or for short times', () => {
    const { disconnection, pass } = scene();
    disconnection.uploadStarted();
    pass(4_000);
    disconnection.targetMissed();
    expect(disconnection.targetReplied()).toBe(false);
    pass(4_000);
    disconnection.targetMissed();
    expect(disconnection.gatewayAnswered()).toBe(false);
    pass(60_000);
    expect(disconnection.targetReplied()).toBe(false);
    disconnection.uploadStarted();
    pass(1_000);
    disconnection.targetMissed();
    expect(disconnection.gatewayAnswered()).toBe(false);
  });

  it('was not disconnected if no target was probed: only the gateway did not answer', () => {
    const { disconnection, pass } = scene();
    disconnection.targetMissed();
    pass(1_000);
    disconnection.uploadStarted();
    pass(60_000);
    expect(disconnection.gatewayAnswered()).toBe(false);
  });
});
