import { any, fields, flag, list, number, type Shape, text } from './shape';

/** Bodies as the documents describe them (bird docs, channels-api, message-types; conversations-api). */
const BODIES: Readonly<Record<string, Shape>> = {
  text: fields({ text, actions: list(any), metadata: any }, ['text']),
  html: fields(
    {
      html: text,
      text,
      attachments: list(fields({ mediaUrl: text, filename: text, inline: flag }, ['mediaUrl'])),
      metadata: fields({ subject: text, emailFrom: any, headers: any }),
    },
    ['html'],
  ),
  image: fields(
    {
      text,
      images: list(fields({ mediaUrl: text, altText: text }, ['mediaUrl']), { least: 1, most: 10 }),
      actions: list(any),
      metadata: any,
    },
    ['images'],
  ),
  file: fields(
    {
      text,
      files: list(
        fields({ mediaUrl: text, contentType: text, filename: text }, ['mediaUrl', 'contentType']),
        { least: 1, most: 10 },
      ),
      actions: list(any),
      metadata: any,
    },
    ['files'],
  ),
  gif: fields({ mediaUrl: text, text }, ['mediaUrl']),
  location: any,
  carousel: any,
  list: any,
  section: any,
  authentication: any,
  action: any,
};

const BODY = fields({ type: text, ...BODIES }, ['type']);

const TEMPLATE = fields(
  {
    projectId: text,
    version: text,
    locale: text,
    parameters: list(fields({ type: text, key: text, value: any }, ['type', 'key', 'value'])),
    variables: any,
    name: text,
    attachments: list(any),
    shortLinks: any,
    utmParameters: list(any, { most: 8 }),
    settings: any,
  },
  ['projectId', 'version'],
);

const RECEIVER = fields({
  identifierKey: text,
  identifierValue: text,
  id: text,
  type: text,
  identifiers: list(fields({ identifierKey: text, identifierValue: text })),
  platformAddress: text,
  platformAddressSelector: text,
});

export const CREATE_MESSAGE = fields(
  {
    receiver: fields({ contacts: list(RECEIVER, { least: 1 }) }, ['contacts']),
    sender: any,
    reference: text,
    body: BODY,
    template: TEMPLATE,
    tags: list(text, { most: 10 }),
    scheduledFor: text,
    validity: number,
    notification: fields({ url: text }, ['url']),
    meta: any,
    replyTo: any,
    shortLinks: any,
    capFrequency: flag,
    enableLinkTracking: flag,
    ignoreQuietHours: flag,
    ignoreGlobalHoldout: flag,
  },
  ['receiver'],
);

const RECIPIENTS = list(
  fields({ type: text, identifierKey: text, identifierValue: text }, [
    'identifierKey',
    'identifierValue',
  ]),
  { least: 1 },
);

export const CONVERSATION_MESSAGE = fields(
  {
    participantType: text,
    participantId: text,
    addMissingParticipants: flag,
    recipients: RECIPIENTS,
    reference: text,
    body: BODY,
    template: TEMPLATE,
    draft: flag,
  },
  ['participantType', 'participantId', 'recipients'],
);

export const CREATE_CONVERSATION = fields(
  {
    name: text,
    channelId: text,
    participants: list(
      fields({ type: text, identifierKey: text, identifierValue: text }, [
        'type',
        'identifierKey',
        'identifierValue',
      ]),
      { least: 1, most: 5 },
    ),
    initialMessage: fields({ recipients: RECIPIENTS, body: BODY, template: TEMPLATE }, [
      'recipients',
    ]),
    attributes: any,
  },
  ['channelId', 'participants'],
);

export const PRESIGN = fields({ contentType: text }, ['contentType']);
