import 'reflect-metadata';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { makeCertificateRequest, makeKeyPem } from './certificate-request';

describe('a certificate request', () => {
  it.each(['pop-1', 'Zürich', 'x'.repeat(200)])(
    'can be parsed by others and is signed by its own key: %s',
    async (name) => {
      const request = new Pkcs10CertificateRequest(makeCertificateRequest(makeKeyPem(), name));
      expect(request.subjectName.getField('CN')).toEqual([name]);
      expect(request.publicKey.algorithm).toMatchObject({ name: 'ECDSA', namedCurve: 'P-256' });
      expect(await request.verify()).toBe(true);
    },
  );
});
