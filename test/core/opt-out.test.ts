import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWish } from '../../core/opt-out';

describe('asks for no more messages', () => {
  test.each([
    // What American carriers and the FCC name.
    ...['STOP', 'STOPALL', 'STOP ALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPT OUT'],
    ...[
      'OPTOUT',
      'opt-out',
      'Stop.',
      '"stop"',
      'STOP!!!',
      '*STOP*',
      '«Stop»',
      ' stop \n',
      'S T O P',
    ],
    ...[
      'S.T.O.P.',
      'ＳＴＯＰ',
      '𝐒𝐓𝐎𝐏',
      'Ⓢⓣⓞⓟ',
      'st\u200bop',
      '🛑 STOP 🛑',
      'stooop',
      'stopp',
      'STOP STOP STOP',
    ],
    ...[
      'stop please',
      'please stop',
      'pls stop now',
      'Stop texting',
      'STOP texting me',
      'stop messaging me',
    ],
    ...[
      'Please stop texting me',
      'No, stop texting me',
      'I said stop texting me',
      'stop it now',
      'stop at once',
    ],
    ...[
      'Unsubscribe me',
      'how do i unsubscribe',
      'Please unsubscribe me from this list. Thank you!',
    ],
    ...['do not text me', "Don't text me", 'dont text me again', 'Please do not contact me again'],
    ...[
      'remove me',
      'Please remove me from your list',
      'take me off',
      'no more texts',
      'Wrong number',
    ],
    ...[
      'leave me alone',
      'I no longer wish to receive these',
      'Stop promotions',
      'Unsubscribe from all',
    ],
    ...['Hey could you guys please stop texting me so early'],
    // Spanish, Portuguese, French, German, Italian, Dutch, the north.
    ...[
      'BAJA',
      'Baja, por favor',
      'PARAR',
      'alto',
      'cancelar',
      'quiero darme de baja',
      'No más mensajes',
    ],
    ...[
      'no me escriban mas',
      'dejen de escribirme',
      'Detener promociones',
      'SAIR',
      'pare',
      'não quero receber mais',
    ],
    ...[
      'me tira dessa lista',
      'ARRET',
      'Arrêt',
      'arrêtez',
      'STOP SMS',
      'me désabonner',
      "ne m'envoyez plus de sms",
    ],
    ...[
      'ABMELDEN',
      'Bitte abmelden',
      'Keine SMS mehr bitte',
      'abbestellen',
      'schreibt mir nicht mehr',
    ],
    ...[
      'basta',
      'cancellami',
      'non voglio ricevere messaggi',
      'AFMELDEN',
      'schrijf mij uit',
      'avsluta',
      'STOPP',
    ],
    // Arabic, with and without its marks, stretched, and in presentation forms; Hebrew, Persian.
    ...[
      'ايقاف',
      'إيقاف',
      'إِيقَاف',
      'إيقـــاف',
      'الغاء',
      'إلغاء',
      'توقف',
      'قف',
      'أوقفوا الرسائل من فضلكم',
    ],
    ...[
      'لا ترسلوا لي',
      'إلغاء الاشتراك',
      'الغاء الإشتراك',
      'ﺇﻳﻘﺎﻑ',
      'ما ابغى رسائل',
      'احذفوا رقمي',
      'הסר',
      'لغو',
    ],
    // Turkish, Indonesian, Hindi, Russian, Ukrainian, Polish, Greek, Vietnamese.
    ...[
      'İPTAL',
      'durdur',
      'mesaj atmayın',
      'abonelikten çık',
      'BERHENTI',
      'UNREG',
      'jangan kirim lagi',
    ],
    ...[
      'बंद करो',
      'मत भेजो',
      'band karo',
      'СТОП',
      'Отписаться',
      'не пишите мне больше',
      'відписатися',
    ],
    ...['wypisz mnie', 'nie piszcie do mnie', 'ΣΤΟΠ', 'διακοπή', 'hủy'],
    // Without spaces.
    ...[
      '停止',
      '配信停止',
      '配信停止してください',
      'もう送らないでください',
      '退订',
      '请不要再发了',
      '取消訂閱',
      'TD',
      '수신거부',
      '그만 보내주세요',
      'ยกเลิก',
    ],
  ])('%s', (text) => {
    expect(readWish(text)).toBe('stop');
  });

  test.each([
    ['STOP\n\nOn Mon, Nov 30, 2026 at 9:00 AM Shop <shop@example.org> wrote:\n> Our new offer'],
    [
      'Stop\n\nOn Monday, 30 November 2026 at 9:00, The Shop\n<shop@example.org> wrote:\nhi there, a long story with many words',
    ],
    ['cancel\n\nAm 30.11.2026 um 09:00 schrieb Shop <shop@example.org>:\n> Angebot'],
    ['Stop\n\nSent from my phone'],
    [
      'remove me\n-- \nAnn Example\nExample Street 1, a signature of rather many words which nobody reads',
    ],
    [
      'STOP\nThis is the third time that I ask. I shall complain to the authorities if it comes again.',
    ],
  ])('in the first line, above what the mail program or the person adds: %j', (text) => {
    expect(readWish(text)).toBe('stop');
  });
});

describe('asks for no more messages, after something else', () => {
  test.each([
    ...['No, STOP!', 'NO STOP', 'No thanks stop', 'Wrong person. Stop', 'Not interested. STOP'],
    ...['Who is this?\nSTOP', 'Who is this? STOP', 'Non merci, stop', 'No... STOP', 'No - stop.'],
    ...[
      'Nein, stop',
      'Нет, стоп',
      'nope unsubscribe',
      'who is this stop',
      'لا، إيقاف',
      'Don’t! Stop!',
    ],
    'I never signed up for this, and do not know who you are or where you have my number from. Stop.',
    'We have bought elsewhere in the meantime, thanks for the trouble that you took.\n\nUnsubscribe\n\nAnn',
  ])('%j', (text) => {
    expect(readWish(text)).toBe('stop');
  });

  test.each([
    'On Mon, Nov 30, 2026 at 9:00 AM Shop <shop@example.org> wrote:\n> Hi\n> Bye\n\nSTOP',
    'On Monday, 30 November 2026 at 9:00, The Shop\n<shop@example.org> wrote:\n> Hi there\n\nStop please',
    '> Our new offer is here, and it is better than all the others that you had\n\nunsubscribe\n-- \nAnn',
    '> STOP',
  ])('below what it answers: %j', (text) => {
    expect(readWish(text)).toBe('stop');
  });
});

describe('asks for messages again, by these words alone', () => {
  test.each([
    ...[
      'START',
      'start.',
      'UNSTOP',
      'Opt in',
      'optin',
      'subscribe',
      'alta',
      'ابدأ',
      '开始',
      'START 🙂',
    ],
    'Start\n\nOn Mon, Nov 30, 2026 at 9:00 AM Shop <shop@example.org> wrote:\n> You are off our list',
  ])('%s', (text) => {
    expect(readWish(text)).toBe('start');
  });
  test.each([
    'yes',
    'YES',
    'ok start',
    'please start',
    'start now',
    'start\nfrom Monday',
    'restart',
    'si',
    'نعم',
  ])('not by %j', (text) => {
    expect(readWish(text)).toBeNull();
  });
});

describe('asks for neither', () => {
  test.each([
    ...['', '   ', '\u200b', '🛑', '.', '1', 'yes', 'no', 'Thanks!', 'Who is this?'],
    ...[
      "please don't stop",
      "Don't stop texting me",
      'never stop',
      'do not stop sending me these',
      'non-stop fun',
    ],
    ...[
      'Cancel my appointment on Monday',
      'can I cancel',
      'cancel order 1234',
      'weekend',
      'quite',
      'the end',
    ],
    ...[
      'Stop by tomorrow',
      'stop at the shop',
      'I will stop by at five',
      'I want to stop by',
      'Bus stop?',
    ],
    ...[
      'How do I get to the bus stop from the station, please?',
      'nonstop',
      'fine',
      'red',
      'R',
      'T',
      'off',
    ],
    ...[
      'When does the offer end?',
      'baja el precio',
      'para mañana está bien',
      'إلغاء الموعد يوم الاثنين',
      '取消预约可以吗',
    ],
    ...[
      'I can’t stop laughing',
      'can’t stop laughing',
      "Please don't... stop",
      'Love it, don’t stop',
    ],
    ...[
      'bus stop',
      'non-stop',
      'It was non-stop',
      'Where is the stop',
      'I could not stop',
      'next stop',
    ],
    ...['Will it ever stop?', 'sans stop', 'does the bus stop', 'I cannot wait. Never stop.'],
    ...['see https://example.org/a?stop', 'www.stop.example is yours', 'Is that my stop? Thanks'],
    '> Reply STOP to unsubscribe\nThanks, I will come!',
    'On Mon, Nov 30, 2026 at 9:00 AM Shop <shop@example.org> wrote:\n> Reply with\n> STOP\n\nSee you there',
    'The last order came late and the driver did not stop at my door, can you look into that for me please?',
    'I have told your colleague on the phone that I am happy with it, there is no need to cancel anything at all',
  ])('%s', (text) => {
    expect(readWish(text)).toBeNull();
  });
});

describe('whatever is written', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom('s', 't', 'o', 'p', ' ', '\n', '\ud83d', '>', ':', 'ﷺ', 'ا', 'ـ'),
    }),
    fc
      .array(fc.constantFrom('stop', 'not', 'please', 'text', 'me', 'ايقاف', '停止', '\n'), {
        maxLength: 40,
      })
      .map((all) => all.join(' ')),
  );

  test('it is read without an error, the same in any case and with any emphasis', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect([null, 'stop', 'start']).toContain(readWish(text));
      }),
      { numRuns: 500 },
    );
    const word = fc.constantFrom(
      'stop',
      'unsubscribe',
      'opt out',
      'stop texting me',
      'baja',
      'إيقاف',
      'стоп',
    );
    const around = fc.string({
      unit: fc.constantFrom('!', '.', '*', ' ', '\n', '🙂', '"', '\u200f'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(word, around, around, fc.boolean(), (said, before, after, loud) => {
        expect(readWish(before + (loud ? said.toUpperCase() : said) + after)).toBe('stop');
      }),
    );
  });

  test.each([
    ['stop ', 200_000],
    ['>', 1_000_000],
    ['\n', 1_000_000],
    ['wrote: ', 150_000],
    ['ﷺ', 300_000],
    ['a\u0301', 500_000],
    ['إ', 1_000_000],
    ['不', 1_000_000],
  ])('%j, a million characters long, takes no time', (unit, times) => {
    const text = unit.repeat(times);
    const began = performance.now();
    readWish(text);
    expect(performance.now() - began).toBeLessThan(200);
  });
});
