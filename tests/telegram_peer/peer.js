'use strict';
// A Telegram Bot API peer on loopback: the npm package telegram-test-api with the fields python-telegram-bot needs, the checks
// Telegram makes (checks.js), acknowledgement by offset, webhooks that are tried again, and faults on demand.
//
//   PORT=0 node peer.js            prints one line of JSON, {"port": …}, when it is ready
//   POST /_test/deliver            {"updates": […]}: what people did, in any order, any update twice
//   GET  /_test/sent               every message the bot was allowed to send
//   GET  /_test/calls              every call of the Bot API, and what came of it
//   GET  /_test/pending            updates nobody has acknowledged
//   POST /_test/fault              {"method": "sendMessage" | "*", "times": 1, "status": 429, "response": {…}}
//                                  or {"drop": "before" | "after"} (the connection breaks, the call done or not), {"delay": ms}
//   POST /_test/clear              no more faults
// The checks have not been compared with live Telegram.

const {randomUUID} = require('crypto');
const axios = require('axios');
const busboy = require('busboy');
const TelegramServer = require('telegram-test-api');
const {parsed, textError, commandsError, MOST_CAPTION} = require('./checks');

const TOKEN = process.env.TOKEN || '123:TEST';
const WEBHOOK_TRIES = 4;
const ME = {id: 666, is_bot: true, first_name: 'Care Act assistant', username: 'CareActTestBot', can_join_groups: true,
  can_read_all_group_messages: false, supports_inline_queries: false};
const yes = (result = true) => ({ok: true, result});
const bad = (description, error_code = 400) => ({ok: false, error_code, description});
const now = () => Math.floor(Date.now() / 1000);
const pause = ms => new Promise(done => setTimeout(done, ms));

class Peer extends TelegramServer {
  constructor(config) {
    super(config);
    this.pending = []; this.calls = []; this.sent = []; this.faults = []; this.known = {};
    this.messageId = 100000;              // apart from the ids tests give to what people write
    this.polls = 0;
    const stack = this.webServer._router.stack, mark = stack.length;
    this.forTests();
    this.webServer.all('/bot:token/:method', (q, r) => this.called(q, r).catch(e => r.status(500).json(bad(String(e), 500))));
    // our routes go before the package's own: move the layers just added in front of its first route
    const mine = stack.splice(mark), first = stack.findIndex(layer => layer.route);
    stack.splice(first, 0, ...mine);
  }

  forTests() {
    const web = this.webServer;
    web.post('/_test/deliver', (q, r) => { this.deliver(q.body.updates); r.json(yes()); });
    web.get('/_test/sent', (q, r) => r.json(this.sent.slice(Number(q.query.from || 0))));
    web.get('/_test/calls', (q, r) => r.json(this.calls));
    web.get('/_test/pending', (q, r) => r.json(this.pending));
    web.post('/_test/fault', (q, r) => { this.faults.push({times: 1, ...q.body}); r.json(yes()); });
    web.post('/_test/clear', (q, r) => { this.faults = []; r.json(yes()); });
  }

  deliver(updates) {
    for (const update of updates) {
      const message = update.message || update.edited_message;
      if (message) this.known[`${message.chat.id}/${message.message_id}`] = message;
      const hook = this.webhooks[TOKEN];
      if (hook && hook.url) this.post(hook, update); else this.pending.push(update);
    }
  }

  async post(hook, update) {               // Telegram tries again until it is told 2xx
    for (let n = 0; n < WEBHOOK_TRIES; n++) {
      try {
        await axios({url: hook.url, method: 'POST', data: update, timeout: 60000, proxy: false,
          headers: hook.secret_token ? {'X-Telegram-Bot-Api-Secret-Token': hook.secret_token} : {}});
        return;
      } catch (e) { await pause(100 * (n + 1)); }
    }
    this.pending.push(update);             // what was not acknowledged waits, as it would at Telegram
  }

  async called(request, reply) {
    const {method, token} = request.params;
    const body = {...request.query, ...request.body, ...await files(request)};
    const call = {method, body: {...body, document: body.document && {name: body.document.name}}, at: Date.now(), status: 0};
    if (method !== 'getUpdates') this.calls.push(call);
    const fault = this.faults.find(f => f.method === '*' || f.method === method);
    if (fault && --fault.times <= 0) this.faults = this.faults.filter(f => f !== fault);
    if (fault && fault.drop === 'before') { call.status = -1; return request.socket.destroy(); }
    if (fault && fault.delay) await pause(fault.delay);
    const answer = fault && fault.response ? fault.response
      : token !== TOKEN ? bad('Unauthorized', 401)
      : this['on_' + method] ? await this['on_' + method](body, request)
      : bad('Not Found: method not found', 404);
    call.status = answer.ok ? 200 : (fault && fault.status) || answer.error_code;
    call.description = answer.description;
    if (fault && fault.drop === 'after') return request.socket.destroy();
    return reply.status(call.status).json(answer);
  }

  on_getMe() { return yes(ME); }

  async on_getUpdates(body, request) {     // long poll; an offset acknowledges everything below it
    const hook = this.webhooks[TOKEN];
    if (hook && hook.url) return bad("Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", 409);
    const offset = Number(body.offset || 0), end = Date.now() + 1000 * Number(body.timeout || 0), mine = ++this.polls;
    let gone = false;
    request.res.on('close', () => { gone = true; });
    if (offset > 0) this.pending = this.pending.filter(u => u.update_id >= offset);
    for (;;) {
      if (mine !== this.polls) return bad('Conflict: terminated by other getUpdates request; make sure that only one bot instance is running', 409);
      if (gone) return yes([]);
      if (this.pending.length || Date.now() >= end) return yes(this.shown(Number(body.limit || 100)));
      await pause(10);
    }
  }

  shown(limit) {                           // the lowest numbers, as Telegram shows them; among these, out of turn
    const lowest = new Set(this.pending.map(u => u.update_id).sort((a, b) => a - b).slice(0, limit));
    return this.pending.filter(u => lowest.has(u.update_id));
  }

  accept(body, extra) {
    const chat = Number(body.chat_id), wanted = parsed(body.reply_parameters), target = wanted && this.known[`${chat}/${wanted.message_id}`];
    if (wanted && !target && String(wanted.allow_sending_without_reply) !== 'true') return bad('Bad Request: message to be replied not found');
    const message = {message_id: this.messageId++, from: ME, date: now(),
      chat: {id: chat, type: chat > 0 ? 'private' : 'supergroup', ...(chat > 0 ? {first_name: 'T'} : {title: 'T'})}, ...extra};
    const markup = parsed(body.reply_markup);
    if (markup && markup.inline_keyboard) message.reply_markup = markup;
    if (target) message.reply_to_message = {...target, reply_to_message: undefined};
    this.known[`${chat}/${message.message_id}`] = message;
    this.sent.push({...message, reply_markup: markup, link_preview_options: parsed(body.link_preview_options), at: Date.now()});
    return yes(message);
  }

  on_sendMessage(body) {
    const error = textError(body);
    return error ? bad(error) : this.accept(body, {text: body.text, entities: parsed(body.entities) || []});
  }

  on_sendDocument(body) {
    const error = textError(body, 'caption', MOST_CAPTION);
    if (error) return bad(error);
    if (!body.document || !body.document.bytes) return bad('Bad Request: file must be non-empty');
    const file = {file_id: randomUUID(), file_unique_id: randomUUID(), file_name: body.document.name, file_size: body.document.bytes};
    return this.accept(body, {document: {...file, content: body.document.content}, caption: body.caption});
  }

  on_editMessageReplyMarkup(body) {
    const message = this.known[`${body.chat_id}/${body.message_id}`];
    if (!message) return bad('Bad Request: message to edit not found');
    const markup = parsed(body.reply_markup), before = JSON.stringify(message.reply_markup || null);
    const error = textError({text: 'x', reply_markup: markup});
    if (error) return bad(error);
    if (before === JSON.stringify(markup || null)) return bad('Bad Request: message is not modified');
    if (markup) message.reply_markup = markup; else delete message.reply_markup;
    return yes({...message, edit_date: now()});
  }

  on_sendChatAction() { return yes(); }
  on_answerCallbackQuery(body) { return (body.text || '').length > 200 ? bad('Bad Request: MESSAGE_TOO_LONG') : yes(); }
  on_setMyCommands(body) { const error = commandsError(parsed(body.commands)); return error ? bad(error) : yes(); }
  on_deleteMyCommands() { return yes(); }
  on_setChatMenuButton() { return yes(); }
  on_setMyDescription(body) { return (body.description || '').length > 512 ? bad('Bad Request: description is too long') : yes(); }
  on_setMyShortDescription(body) { return (body.short_description || '').length > 120 ? bad('Bad Request: description is too long') : yes(); }
  on_setWebhook(body) { this.setWebhook(body, TOKEN); return yes(); }
  on_deleteWebhook() { this.deleteWebhook(TOKEN); return yes(); }
  on_getWebhookInfo() { return yes({url: (this.webhooks[TOKEN] || {}).url || '', has_custom_certificate: false, pending_update_count: this.pending.length}); }
}

function files(request) {                   // the fields and the file of a multipart form; nothing for any other body
  if (!/^multipart\//.test(request.headers['content-type'] || '')) return {};
  return new Promise((done, failed) => {
    const form = {}, reader = busboy({headers: request.headers, defParamCharset: 'utf8'}), uploads = {};
    reader.on('field', (name, value) => { form[name] = value; });
    reader.on('file', (name, stream, info) => {
      const parts = [];
      stream.on('data', part => parts.push(part));
      stream.on('end', () => { uploads[name] = {name: info.filename, bytes: Buffer.concat(parts).length, content: Buffer.concat(parts).toString('utf8')}; });
    });
    reader.on('close', () => {
      const attached = /^attach:\/\/(.+)$/.exec(form.document || '');
      done({...form, document: attached ? uploads[attached[1]] : uploads.document});
    });
    reader.on('error', failed);
    request.pipe(reader);
  });
}

const peer = new Peer({port: Number(process.env.PORT) || undefined, host: '127.0.0.1', storeTimeout: 3600});
peer.config.port = Number(process.env.PORT || 0);
peer.start().then(() => console.log(JSON.stringify({port: peer.server.address().port})));
process.stdin.resume();                     // ends with whoever started it
process.stdin.on('end', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
