/** What people write who want no more messages, or want them again, by language. Spelled freely: `opt-out.ts` folds both sides. */
interface Words {
  /** A wish alone, with polite words, or first among up to four words. */
  readonly stop?: string;
  /** A wish only alone or with polite words: with others, "cancel" is about an appointment. */
  readonly alone?: string;
  /** A wish anywhere among up to twelve words, unless a negation stands before it. */
  readonly phrases?: string;
  /** Words that change nothing. */
  readonly polite?: string;
  /** Those that are no answer by themselves: "No, stop texting me" is meant. */
  readonly negations?: string;
  /** A wish for messages: this and nothing else. */
  readonly start?: string;
}

/** By ISO 639-1. English has what American carriers and the FCC name: STOP, QUIT, END, REVOKE, OPT OUT, CANCEL, UNSUBSCRIBE, STOPALL. */
export const OPT_OUT_WORDS: Readonly<Record<string, Words>> = {
  en: {
    stop: `stop, stopp, stopall, stop all, unsubscribe, unsub, optout, opt out, opt me out, stpo, sotp, unsubcribe, unsubscibe,
      unsuscribe`,
    alone:
      'cancel, end, quit, revoke, remove, cease, desist, halt, no more, wrong number, cancel subscription',
    phrases: `unsubscribe, optout, opt out, opt me out, stop texting, stop messaging, stop sending, stop contacting, stop calling,
      stop emailing, stop writing, stop spamming, stop bothering, stop these, stop the messages, stop the texts, stop all,
      want to stop, wish to stop, like to stop, said stop, stop at once, stop for good, told you to stop, asked you to stop, can you stop, could you stop,
      do not text me, do not text this, do not text again, do not message me, do not contact me, do not contact this,
      do not send me, do not send any, do not email me, do not write to me, do not write me, do not bother me,
      dont text me, dont text this, dont text again, dont message me, dont contact me, dont contact this, dont send me,
      dont send any, dont email me, dont write to me, dont write me, dont bother me, never text me, never contact me,
      never message me, do not want any more, do not want more, do not want these, do not want to receive, do not want to get,
      do not want your, dont want any more, dont want more, dont want these, dont want to receive, dont want to get,
      dont want your, no longer want, no longer wish, no more texts, no more messages, no more emails, no more sms, remove me,
      remove my, remove this number, take me off, take my number off, delete my number, delete me, lose my number,
      leave me alone, revoke consent, revoke my consent, withdraw my consent, cancel my subscription`,
    polite: `please, pls, plz, kindly, thanks, thank, thx, ty, you, u, now, immediately, asap, hi, hello, hey, ok, okay, sir,
      all, messages, message, msg, msgs, text, texts, txt, txts, sms, email, emails, promotions, notifications, marketing`,
    negations: 'not, dont, never, cant, cannot, didnt, wont, doesnt',
    start: 'start, unstop, optin, opt in, subscribe, resubscribe',
  },
  es: {
    stop: 'detener, detengan, detenganse, desuscribir, desuscribirse, desuscribirme, desuscribir me, baja sms',
    alone: `baja, la baja, parar, para, paren, pare, alto, cancelar, salir, fin, basta, anular, eliminar, borrar, remover, no más,
      no mas mensajes, número equivocado`,
    phrases: `darme de baja, dar de baja, dame de baja, denme de baja, deme de baja, darse de baja, quiero la baja,
      no quiero recibir, no quiero más, no deseo recibir, no me escriban, no me escriba, no me escribas, no me envíen, no me envíe,
      no me envíes, no me manden, no me mande, no me contacten, no envíen más, no enviar más, no más mensajes, no más sms,
      dejen de, deje de, deja de, quítenme, quítame, elimínenme, elimíname, bórrenme, bórrame, no molesten, no molestar,
      déjenme en paz, anular suscripción, cancelar suscripción, cancelar mi suscripción, eliminar mi número, borren mi número`,
    polite:
      'por, favor, porfavor, porfa, gracias, ya, ahora, mensajes, mensaje, señor, señores, hola',
    negations: 'nunca',
    start: 'alta, iniciar, comenzar, reanudar',
  },
  pt: {
    stop: 'descadastrar, descadastre, descadastra',
    alone: 'sair, parar, pare, parem, cancelar, remover, não quero, chega, número errado',
    phrases: `não quero receber, não quero mais, não desejo receber, não me mande, não me mandem, não me envie, não me enviem,
      não envie mais, não enviem mais, pare de, parem de, me remova, me remove, me tire, me tira, me descadastre,
      cancelar inscrição, me deixa em paz, me deixem em paz, não perturbe, sem mais mensagens`,
    polite: 'obrigado, obrigada, agora, mensagens, mensagem, já, oi, olá',
    negations: 'nunca',
    start: 'iniciar, começar, retomar',
  },
  fr: {
    stop: `arrêt, arrêter, arrêtez, désabonner, désabonnement, désabonnez, désinscrire, désinscription, désinscrivez, stop sms,
      me désabonner, me désinscrire`,
    alone: 'fin, annuler, résilier, supprimer, arrête',
    phrases: `ne plus recevoir, ne veux plus, ne souhaite plus, ne m'envoyez plus, ne m'envoie plus, ne me contactez plus,
      ne m'écrivez plus, n'envoyez plus, arrêtez de, arrête de, plus de messages, plus de sms, me désinscrire, me désabonner,
      désinscrivez moi, désabonnez moi, supprimez moi, supprimez mon numéro, retirez moi, laissez moi tranquille`,
    polite: "svp, s'il, sil, vous, te, plaît, merci, maintenant, bonjour, messages, mes",
    negations: 'pas, jamais, ne',
    start: 'reprendre, réabonner',
  },
  de: {
    stop: 'abmelden, abmeldung, abbestellen, abbestellung, austragen, stoppen, stoppt',
    alone: 'ende, aufhören, aufhoeren, löschen, loeschen, kündigen, beenden, falsche nummer',
    phrases: `keine nachrichten mehr, keine sms mehr, keine weiteren nachrichten, keine werbung, keine mails mehr,
      nicht mehr schreiben, nicht mehr kontaktieren, nicht mehr anschreiben, schreibt mir nicht, schreiben sie mir nicht,
      schreib mir nicht, kontaktieren sie mich nicht, mich abmelden, melden sie mich ab, melde mich ab, mich austragen,
      nummer löschen, hört auf, hören sie auf, hör auf, lasst mich in ruhe, lassen sie mich in ruhe`,
    polite: 'bitte, danke, sofort, jetzt, nachrichten, werbung, hallo',
    negations: 'nicht, nie, kein, keinesfalls',
    start: 'starten, anmelden',
  },
  it: {
    stop: 'disiscrivi, disiscrivimi, disiscrivetemi, disiscrizione, cancellami, cancellatemi',
    alone:
      'cancella, annulla, basta, rimuovi, fermare, smettila, smettetela, disdire, numero sbagliato',
    phrases: `non scrivetemi, non scrivermi, non mandatemi, non mandarmi, non inviatemi, non contattatemi, non contattarmi,
      non voglio ricevere, non voglio più, smettete di, smetti di, rimuovetemi, toglietemi, basta messaggi,
      cancellate il mio numero`,
    polite: 'per, favore, grazie, subito, messaggi, messaggio, ciao',
    negations: 'non, mai',
    start: 'inizia, iscrivimi',
  },
  nl: {
    stop: 'afmelden, uitschrijven, afmelding',
    alone: 'einde, opzeggen, annuleren, verkeerd nummer',
    phrases: `geen berichten meer, geen sms meer, geen mails meer, stuur mij geen, stuur me geen, schrijf mij uit, schrijf me uit,
      meld mij af, meld me af, verwijder mij, verwijder me, laat me met rust, niet meer sturen, niet meer contacteren`,
    polite: 'alstublieft, aub, ajb, graag, dank, bedankt, berichten, nu',
    negations: 'niet, nooit',
    start: 'aanmelden',
  },
  // Swedish, Danish, Norwegian, Finnish.
  sv: {
    stop: 'avsluta, avregistrera, avanmäl, avanmäla, afmeld, afmelde, frameld, avmeld, avmelde, lopeta',
    phrases:
      'inga fler, sluta skicka, sluta sms, ta bort mig, fjern mig, fjern meg, stop med at, älä lähetä',
    polite: 'tack, tak, takk, kiitos, vänligen, venligst, vennligst',
    negations: 'inte, ikke, älä',
  },
  ar: {
    stop: 'إيقاف, أوقف, أوقفوا, أوقفو, وقفوا, توقف, توقفوا, ستوب, إلغاء الاشتراك, الغاء اشتراكي, الغاء اشتراك',
    alone:
      'إلغاء, الغ, ألغي, قف, وقف, كفى, كفاية, حذف, إزالة, انسحاب, إنهاء, رقم خطأ, الرقم خطأ, الرقم غلط',
    phrases: `لا ترسل, لا ترسلوا, لا ترسلو, لا ترسلون, لا تراسلني, لا تراسلوني, لا أريد رسائل, لا أريد الرسائل, لا أريد استقبال,
      لا أرغب, ما أبي رسائل, ما أبغى رسائل, ما ابغا رسائل, مش عايز رسائل, أوقفوا الرسائل, أوقف الرسائل, وقفوا الرسائل, وقف الرسائل,
      إيقاف الرسائل, إلغاء الاشتراك, الغاء اشتراكي, الغوا اشتراكي, الغو اشتراكي, احذف رقمي, احذفوا رقمي, احذفني, احذفوني,
      امسحوا رقمي, شيلوا رقمي, لا تزعجوني, لا تزعجني, لا تتواصلوا معي, لا تتصلوا بي`,
    polite:
      'من, فضلك, فضلكم, رجاء, الرجاء, لو, سمحت, سمحتوا, شكرا, ارجو, الرسائل, رسائل, الآن, السلام, عليكم',
    negations: 'لن, مو, مش',
    start: 'ابدأ, بدء, اشتراك, تفعيل',
  },
  fa: { stop: 'لغو اشتراک, انصراف', alone: 'لغو', phrases: 'ارسال نکنید, پیام ندهید' },
  ur: { phrases: 'بند کرو, بند کریں, مت بھیجو, مت بھیجیں' },
  he: {
    stop: 'הסר, הסרה, הסירו',
    alone: 'עצור, הפסק, הפסיקו, בטל',
    phrases: 'הסירו אותי, הסר אותי, תסירו אותי, לא לשלוח, אל תשלחו, תפסיקו לשלוח',
    polite: 'בבקשה, תודה',
  },
  tr: {
    stop: 'durdur, durdurun',
    alone: 'dur, iptal, ret, çık, çıkış, istemiyorum, yanlış numara',
    phrases: `mesaj atma, mesaj atmayın, mesaj gönderme, mesaj göndermeyin, sms atma, sms atmayın, sms göndermeyin, beni sil,
      beni silin, listeden çıkar, listeden çıkarın, abonelikten çık, abonelikten ayrıl, mesaj istemiyorum, sms istemiyorum,
      artık yazmayın, rahatsız etmeyin, numaramı sil, numaramı silin`,
    polite: 'lütfen, teşekkürler, artık, hemen, mesaj, mesajlar',
    negations: 'değil, asla',
    start: 'başla, başlat',
  },
  // Indonesian and Malay.
  id: {
    stop: 'berhenti, unreg, hentikan',
    alone: 'keluar, batal, henti, salah nomor',
    phrases: `jangan kirim, jangan hubungi, jangan sms, jangan wa, jangan chat, jangan ganggu, jangan hantar, berhenti kirim,
      berhenti langganan, berhenti berlangganan, hapus nomor, hapus nomer, tidak mau terima, stop kirim`,
    polite: 'tolong, mohon, terima, kasih, makasih, sekarang, pesan',
    negations: 'jangan, tidak, bukan, tak',
    start: 'mulai',
  },
  hi: {
    stop: 'रोको, रोकें, रोकिए, स्टॉप',
    alone: 'बंद',
    phrases: `मत भेजो, मत भेजें, मत भेजिए, मैसेज मत, संदेश मत, बंद करो, बंद करें, बंद करिए, बंद कीजिए, mat bhejo, mat bhejiye,
      message mat, msg mat, band karo, band kare, band karen`,
    polite: 'कृपया, धन्यवाद, प्लीज',
    start: 'शुरू, स्टार्ट',
  },
  // Russian and Ukrainian.
  ru: {
    stop: 'стоп, отписаться, отписка, отпишите, отписать, отпиши, відписатися, відписка',
    alone: 'отмена, хватит, прекратить, удалить, довольно, скасувати, ошиблись номером',
    phrases: `не пишите, не пиши, не присылайте, не присылай, не отправляйте, не отправляй, не беспокойте, не надо писать,
      не звоните, отпишите меня, удалите меня, удалите мой номер, удалите номер, хочу отписаться, как отписаться, прекратите,
      перестаньте, не пишіть, не надсилайте, видаліть мене`,
    polite: 'пожалуйста, спасибо, сейчас, дякую, сообщения, смс',
    negations: 'не, никогда',
    start: 'старт, подписаться',
  },
  pl: {
    stop: 'wypisz, wypisać, wypiszcie',
    alone: 'rezygnuję, rezygnacja, koniec, anuluj, usuń, pomyłka',
    phrases: `nie pisz, nie piszcie, nie wysyłaj, nie wysyłajcie, wypisz mnie, wypiszcie mnie, usuń mnie, usuńcie mnie,
      nie chcę wiadomości, nie chcę otrzymywać, nie kontaktuj, usuń mój numer`,
    polite: 'proszę, dziękuję, teraz, wiadomości',
    negations: 'nigdy',
  },
  // Czech, Slovak, Hungarian, Romanian, Greek.
  cs: {
    stop: 'odhlásit, odhlásiť, leiratkozás, leiratkozom, dezabonare, στοπ, διακοπή, διαγραφή',
    phrases:
      'nepište mi, neposílejte, neposielajte, ne küldjenek, nu mai trimiteți, διαγράψτε με, σταματήστε, μη μου στέλνετε',
    polite: 'prosím, děkuji, ďakujem, kérem, köszönöm, rog, mulțumesc, παρακαλώ, ευχαριστώ',
  },
  vi: {
    stop: 'hủy đăng ký',
    alone: 'hủy, huỷ, dừng, ngừng, từ chối',
    phrases: 'đừng gửi, không gửi, ngừng gửi, dừng gửi, không muốn nhận',
  },
  tl: {
    stop: 'itigil',
    alone: 'ayaw ko na, tama na',
    phrases: 'huwag na mag, wag na mag, wag nyo na, itigil nyo',
  },
};

/** Before "stop" at the end of a message: it is a place, or somebody else's doing. */
export const BEFORE_A_NOUN = `bus, tram, train, metro, subway, coach, taxi, truck, pit, rest, door, full, short, quick, brief, one, two,
  next, last, first, second, third, final, other, same, nearest, the, a, an, my, your, our, his, her, their, its, which, what,
  any, each, every, without, to, will, would, should, must, shall, may, might, did, does, why, when, where, until, till,
  before, after, i, we, they, he, she, it, non, sans, ohne, sin, sem, senza, zonder, le, la, un, une, der, den, ein, el, il, o,
  de, am, beim, zum, bis, без`;

/** Written without spaces: a wish where it is the whole of the message, beside polite words. */
export const UNSPACED_STOP = `停止, 停, 退订, 退訂, 取消, 取消订阅, 取消訂閱, 退出, 拒收, td, ストップ, 配信停止, 解除, 退会, 拒否, 中止, 停止希望,
  수신거부, 거부, 중지, 그만, 스톱, 해지, หยุด, ยกเลิก, เลิก`;
/** Anywhere in up to thirty characters. */
export const UNSPACED_PHRASES = `退订, 退訂, 取消订阅, 取消訂閱, 不要再发, 不要再發, 别再发, 別再發, 不要发, 不要發, 别发了, 別發了, 不要给我发, 不要給我發,
  不要联系, 不要聯繫, 停止发送, 停止發送, 删除我, 刪除我, 勿扰, 勿擾, 不想收到, 不想再收到, 配信停止, 配信を停止, 配信解除, 登録解除, 送らないで,
  送信しないで, メールしないで, 連絡しないで, 停止してください, 解除してください, 受信拒否, 購読解除, 수신거부, 그만보내, 보내지마, 연락하지마, 문자그만,
  구독취소, หยุดส่ง, ไม่ต้องส่ง, ไม่รับข้อความ`;
export const UNSPACED_POLITE =
  '请, 請, 谢谢, 謝謝, してください, ください, お願いします, です, 해주세요, 요, ครับ, ค่ะ, คะ';
export const UNSPACED_START = '开始, 開始, 订阅, 訂閱, 再開, スタート, 시작, เริ่ม';
