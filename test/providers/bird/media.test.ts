import { describe, expect, it } from 'vitest';
import { NoAnswer } from '../../../core/http';
import type { Attachment } from '../../../core/message';
import { bird } from '../../../providers/bird';
import { caught } from '../../support/provider-contract';
import { answer, drop, plain, type Script, scripted } from '../../support/scripted-http';
import { BASE, CHANNEL, connect, type Fields, SETTINGS, SMS, TALK } from './fixture';

const UPLOAD_URL = 'https://uploads.s3.us-east-1.amazonaws.com/';
const MEDIA_URL = 'https://media.api.bird.com/workspaces/w/media/1';
const FILE: Attachment = {
  filename: 'a.png',
  contentType: 'image/png',
  bytes: new Uint8Array([1, 2]),
};
const place = (more: Record<string, string> = {}) => ({
  mediaUrl: MEDIA_URL,
  uploadUrl: UPLOAD_URL,
  uploadMethod: 'POST',
  uploadFormData: { 'Content-Type': 'image/png', key: 'k', policy: 'p' },
  ...more,
});

async function upload(
  stored: Script = () => plain('', 204),
  {
    presigned = place(),
    settings = SETTINGS,
    file = FILE,
  }: { presigned?: ReturnType<typeof place>; settings?: Fields; file?: Attachment } = {},
) {
  const { http, requests } = scripted((request, index) =>
    request.anonymous ? stored(request, index) : answer(presigned),
  );
  const url = await bird.connect(http, settings).uploadMedia(file, SMS);
  return { url, requests };
}

describe('a file', () => {
  it('goes to the place that Bird names, without the key, and last in the form', async () => {
    const { url, requests } = await upload();
    expect(url).toBe(MEDIA_URL);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: `${BASE}/channels/${CHANNEL}/presigned-upload`,
      json: { contentType: 'image/png' },
    });
    expect(requests[1]).toEqual({
      method: 'POST',
      path: UPLOAD_URL,
      anonymous: true,
      multipart: [
        { name: 'Content-Type', value: 'image/png' },
        { name: 'key', value: 'k' },
        { name: 'policy', value: 'p' },
        { name: 'file', filename: 'a.png', contentType: 'image/png', bytes: FILE.bytes },
      ],
      call: 'lookup',
    });
  });

  it('is put where the setting says', async () => {
    const settings = { ...SETTINGS, presignPath: '/media/presigned-upload' };
    const { requests } = await upload(undefined, { settings });
    expect(requests[0]?.path).toBe(`${BASE}/media/presigned-upload`);
  });

  it.each([
    ['http://uploads.s3.us-east-1.amazonaws.com/', ''],
    ['ftp://127.0.0.1/', ''],
    ['not an address', ''],
    ['https://uploads.example.org/', '.amazonaws.com'],
    ['https://amazonaws.com.example.org/', '.amazonaws.com'],
  ])('is not given to %s where hosts must end in "%s"', async (uploadUrl, uploadHost) => {
    const stored = () => expect.fail('nothing may be uploaded');
    const settings = { ...SETTINGS, uploadHost };
    const error = await caught(() => upload(stored, { presigned: place({ uploadUrl }), settings }));
    expect(error?.code).toBe('unexpected_response');
    expect(error?.message).not.toContain('example.org');
  });

  it.each([
    ['https://uploads.s3.us-east-1.amazonaws.com/', '.amazonaws.com'],
    ['http://127.0.0.1:4010/bird/uploads/1', '.amazonaws.com'],
    ['http://localhost:4010/bird/uploads/1', ''],
  ])('is given to %s where hosts must end in "%s"', async (uploadUrl, uploadHost) => {
    const settings = { ...SETTINGS, uploadHost };
    const { requests } = await upload(undefined, { presigned: place({ uploadUrl }), settings });
    expect(requests[1]?.path).toBe(uploadUrl);
  });

  it('is not put anywhere by another method', async () => {
    const presigned = place({ uploadMethod: 'PUT' });
    expect((await caught(() => upload(undefined, { presigned })))?.code).toBe(
      'unexpected_response',
    );
  });

  it.each([
    [403, 'rejected'],
    [400, 'rejected'],
    [302, 'rejected'],
    [408, 'unavailable'],
    [429, 'unavailable'],
    [503, 'unavailable'],
  ])('that the store answers with %i is %s, never a matter of the key', async (status, code) => {
    const stored = () => plain('<Error><Code>AccessDenied</Code></Error>', status);
    expect(await caught(() => upload(stored))).toMatchObject({ code, status });
  });

  it('whose answer was lost may be put again', async () => {
    const error = await caught(() => upload(drop(new NoAnswer('timeout', true))));
    expect(error?.code).toBe('unavailable');
  });

  it('that is too large is refused before any request', async () => {
    const bytes = new Uint8Array(100 * 1_048_576 + 1);
    const { provider, requests } = connect({});
    const error = await caught(() => provider.uploadMedia({ ...FILE, bytes }, SMS));
    expect(error).toMatchObject({ code: 'rejected', reason: 'content' });
    expect(requests).toEqual([]);
  });
});

it('a place is asked for in a channel, in a conversation, or anywhere', async () => {
  const table = Object.fromEntries(
    [`/channels/${CHANNEL}`, `/conversations/${TALK}`, '/media', '/files'].map((path) => [
      `POST ${path}/presigned-upload`,
      () => answer(place()),
    ]),
  );
  const { provider, requests } = connect(table);
  expect(await provider.createPresignedUpload('image/png', { inboxId: CHANNEL })).toEqual(place());
  await provider.createPresignedUpload('image/png', { conversationId: TALK });
  await provider.createPresignedUpload('image/png', { anywhere: true });
  expect(requests).toHaveLength(3);
  const elsewhere = connect(table, { ...SETTINGS, sharedPresignPath: '/files/presigned-upload' });
  await elsewhere.provider.createPresignedUpload('image/png', { anywhere: true });
  expect(elsewhere.requests).toHaveLength(1);
});
