import { chromium } from 'playwright-core';
import fs from 'node:fs';
const log = fs.readFileSync('/tmp/people-start.log','utf8');
const carlLink = /Carl:\s+(\S+)/.exec(log)[1], freyaLink=/Freya:\s+(\S+)/.exec(log)[1];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
           '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'] });
async function enter(link){ const c=await browser.newContext({viewport:{width:1280,height:860}}); const p=await c.newPage(); await p.goto('about:blank');
 p.on('console',m=>console.log('console',m.type(),m.text().slice(0,300))); p.on('pageerror',e=>console.log('pageerror',e.message.slice(0,300)));
 p.on('request',r=>{ if(!r.url().startsWith('http://127.0.0.1')) console.log('request',r.url().slice(0,100));});
 await p.goto(link); await p.locator('textarea.chat-textarea').first().waitFor({timeout:30000}); return p;}
try {
const carl=await enter(carlLink); const freya=await enter(freyaLink);
await new Promise(r=>setTimeout(r,2000));
async function type(p,t){ const box=p.locator('converse-muc-bottom-panel textarea.chat-textarea'); await box.focus(); await p.keyboard.insertText(t); await p.keyboard.press('Enter'); await new Promise(r=>setTimeout(r,2500)); }
await type(carl,'/offer @freya title="Logo" amount=300 scope="3 concepts, 2 rounds, SVG"');
await type(freya,'/accept O-1');

await type(freya,'/confirm');
await type(carl,'/end C-1 reason=canceled');
await new Promise(r=>setTimeout(r,3000));

console.log(await carl.evaluate(()=>{ const root=document.querySelector('converse-roster'); const m=window._c; return [m.state.chatboxes.map(c=>c.get('jid')+' '+c.get('type')+' '+c.get('num_unread')+' hidden '+c.get('hidden')).join(' | '), m.state.roster.map(c=>c.get('jid')+' '+JSON.stringify(c.attributes)).join(' | ')].join('\n'); }));
await carl.screenshot({path:'/tmp/people-carl.png'});
} catch(e){ console.log(e.stack);} 
await browser.close();
