import { pressnxpress } from '../../../providers/pressnxpress';
import { describeContract, type Journey } from '../../support/provider-contract';
import { answer } from '../../support/scripted-http';
import { INBOX, KEY, PHONE, SECRETS, SURVEY } from './fixture';

const journey: Journey = {
  script: () => answer({ message: 'Queued' }),
  receipt: { messageId: null, conversationId: null },
};

describeContract('pressnxpress', {
  definition: pressnxpress,
  credentials: SECRETS,
  inbox: INBOX,
  address: PHONE,
  profile: { firstName: 'Ada' },
  content: SURVEY,
  key: KEY,
  journeys: { cold: journey, found: journey, warm: journey },
  // Any 4xx is final.
  accepts: ['nobody knows the 4xx'],
  lookUps: {},
});
