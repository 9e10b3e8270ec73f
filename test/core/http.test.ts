import { expect, it } from 'vitest';
import { fillPath, hideSecrets, secretsIn } from '../../core/http';

it('puts secrets into their places, as one segment each', () => {
  expect(fillPath('/channel/{token}/enqueue', { token: 'a/b?c' })).toBe(
    '/channel/a%2Fb%3Fc/enqueue',
  );
  expect(fillPath('/a/{x}/{y}', { x: '$&', y: '{x}' })).toBe('/a/%24%26/%7Bx%7D');
});

it('leaves a path without places, and a place without a secret, as they are', () => {
  expect(fillPath('/contacts/%7Bx%7D', { x: '1' })).toBe('/contacts/%7Bx%7D');
  expect(fillPath('/a/{toString}', { x: '1' })).toBe('/a/{toString}');
  expect(fillPath('/a/{x}')).toBe('/a/{x}');
});

it('hides what an account keeps to itself, as it is and as it stands in an address', () => {
  const secrets = secretsIn({
    headers: { authorization: 'AccessKey abcd-1234-efgh', 'api-account-id': '1' },
    query: { apiKey: 'key/with&signs' },
    path: { token: 'touchpoint-7' },
  });
  const said =
    'abcd-1234-efgh is no key; see /touchpoint-7/enqueue?apiKey=key%2Fwith%26signs, key/with&signs, 1';
  const answer = { status: 401, headers: {}, body: said };
  expect(hideSecrets(answer, secrets)).toEqual({
    ...answer,
    body: '••• is no key; see /•••/enqueue?apiKey=•••, •••, 1',
  });
  const harmless = { ...answer, body: 'nothing of it' };
  expect(hideSecrets(harmless, secrets)).toBe(harmless);
});
