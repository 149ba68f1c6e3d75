import { describe, expect, it } from 'vitest';
import { hashPassword, passwordMatches, pretendToCheck } from './password';

describe('passwords', () => {
  it('are hashed with argon2id with the parameters recommended by OWASP, each with its own salt', async () => {
    const [one, two] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('match only themselves, regardless of Unicode composition', async () => {
    const hash = await hashPassword('Zu\u0308rich');
    await expect(passwordMatches('Z\u00fcrich', hash)).resolves.toBe(true);
    await expect(passwordMatches('zürich', hash)).resolves.toBe(false);
    await expect(passwordMatches('', hash)).resolves.toBe(false);
  });

  it('throw for a hash in another format', async () => {
    await expect(passwordMatches('x', '$2b$10$abc')).rejects.toThrow('not argon2id');
  });

  it('check a decoy again after the first attempt was refused for load', async () => {
    const hash = await hashPassword('x');
    const crowd = Promise.allSettled(Array.from({ length: 80 }, () => passwordMatches('x', hash)));
    await expect(pretendToCheck('x')).rejects.toMatchObject({ code: 'too_many_requests' });
    await crowd;
    await expect(pretendToCheck('x')).resolves.toBeUndefined();
  });

  it('are checked a few at a time, and refused when too many wait', async () => {
    const hash = await hashPassword('x');
    const answers = await Promise.allSettled(Array.from({ length: 80 }, () => passwordMatches('x', hash)));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'too_many_requests' });
    expect(answers.length - refused.length).toBeGreaterThan(0);
    await expect(passwordMatches('x', hash)).resolves.toBe(true);
  });
});
