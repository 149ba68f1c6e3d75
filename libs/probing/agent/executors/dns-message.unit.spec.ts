import { describe, expect, it } from 'vitest';
import { encodeQuery, readAnswer, RECORD_TYPES } from './dns-message';

const QUESTION = { id: 7, name: 'a.example', type: RECORD_TYPES['CNAME'] ?? 0 };

/** Returns an answer whose records have this data. */
function answerOf(records: readonly Buffer[]): Buffer {
  const parts = records.map((data) => {
    const head = Buffer.from([0xc0, 12, 0, QUESTION.type, 0, 1, 0, 0, 0, 60, 0, 0]);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  const answer = Buffer.concat([encodeQuery(QUESTION), ...parts]);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(records.length, 6);
  return answer;
}

const nameOf = (labels: number): Buffer =>
  Buffer.concat([...Array<Buffer>(labels).fill(Buffer.from([3, 0x61, 0x62, 0x63])), Buffer.from([0])]);

describe('an answer that costs the agent time', () => {
  it('has at most 500 records that are read', () => {
    expect(readAnswer(answerOf(Array<Buffer>(500).fill(nameOf(1))), QUESTION)?.records).toHaveLength(500);
    expect(readAnswer(answerOf(Array<Buffer>(501).fill(nameOf(1))), QUESTION)).toMatchObject({
      rcode: 0,
      records: null,
    });
  });

  it('has names of at most 255 characters', () => {
    expect(readAnswer(answerOf([nameOf(63)]), QUESTION)?.records).toHaveLength(1);
    expect(readAnswer(answerOf([nameOf(64)]), QUESTION)?.records).toBeNull();
  });
});
