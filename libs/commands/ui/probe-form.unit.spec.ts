import '@angular/compiler';
import type { CommandAgent, CommandCounts } from '@icmp-mon/commands/contract';
import { describe, expect, it } from 'vitest';
import { answerText, countsText, kindText, parametersText } from './command-text';
import { draftOf, requestOf } from './probe-form';

describe('the form of a command', () => {
  it('asks for the number of probes and the choices that the kind requires', () => {
    expect(draftOf('icmp_ping')).toMatchObject({ count: '4', parameters: {}, choice: 'assigned' });
    expect(draftOf('http')).toMatchObject({ count: '1', parameters: { scheme: 'http' } });
    expect(draftOf('dns')).toMatchObject({ parameters: { queryType: 'A' } });
    expect(draftOf('mtr')).toMatchObject({ count: '10', parameters: {} });
  });

  it('sends numbers, texts without blanks around them, and no empty fields', () => {
    const draft = { ...draftOf('http'), parameters: { scheme: 'https', port: ' 8443 ', path: '', contains: 'ok' } };
    expect(requestOf('192.0.2.1', { ...draft, choice: 'one_per_region' })).toEqual({
      ...{ kind: 'http', target: '192.0.2.1', count: 1, choice: 'one_per_region' },
      parameters: { scheme: 'https', port: 8443, contains: 'ok' },
    });
  });

  it('sends chosen agents, and what is not a number as it is, so that the server refuses it at its field', () => {
    const draft = {
      ...draftOf('tcp_connect'),
      parameters: { port: 'https' },
      choice: 'chosen' as const,
      agents: ['a'],
    };
    expect(requestOf('x', draft)).toMatchObject({ agents: ['a'], parameters: { port: 'https' } });
    expect(requestOf('x', draft)).not.toHaveProperty('choice');
  });
});

describe('the texts of a command', () => {
  const none: CommandCounts = { waiting: 0, running: 0, completed: 0, failed: 0, expired: 0, cancelled: 0 };
  const agent = {
    state: 'completed',
    attempts: [],
    summary: null,
    detail: null,
    trace: null,
  } as unknown as CommandAgent;

  it('count the agents that answered, and name the others', () => {
    expect(countsText({ ...none, completed: 2 })).toBe('2 of 2 answered');
    expect(countsText({ ...none, completed: 1, expired: 1, failed: 2 })).toBe('1 of 4 answered, 2 failed, 1 expired');
  });

  it('state what was sent and how it ended', () => {
    expect(parametersText({ kind: 'mtr', parameters: {}, count: 10 })).toBe('10 rounds per agent');
    expect(parametersText({ kind: 'tcp_connect', parameters: { port: 443 }, count: 1 })).toBe(
      'port 443, 1 probe per agent',
    );
    expect(kindText('mtr')).toBe('Trace (mtr)');
    expect(kindText('later')).toBe('later');
    const summary = { sent: 4, replies: 3, loss: 0.25, rttMinUs: 1, rttMeanUs: 1, rttMaxUs: 1 };
    const attempts = [{ sentAt: '', outcome: 'timeout', rttUs: null }] as const;
    expect(answerText({ ...agent, summary, attempts: [...attempts] })).toMatch(
      /^3 of 4 replied, 25 ?% loss \(timeout\)$/,
    );
    expect(answerText({ ...agent, state: 'failed', detail: 'No.' })).toBe('No.');
    expect(answerText(agent)).toBe('No probe was sent.');
    const trace = { target: '192.0.2.1', startedAtMs: 0, addresses: ['192.0.2.1'], rounds: [[[0, 9]]] } as const;
    expect(answerText({ ...agent, trace })).toBe('1 hop, the target answered in 1 of 1 round');
  });
});
