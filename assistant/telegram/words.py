"""Everything the bot says of its own accord, in one place. What it says about the law comes from the library alone."""

from __future__ import annotations

from assistant.domain import Register

EXAMPLES = (
    "Can I get a break from looking after my mum?",
    "Will they take the house to pay for care?",
    "The council refused to assess my dad. Can they?",
)

START = """\
Hello. I answer questions about adult social care in England, under the Care Act 2014. I show the law each answer rests on.

Write your question here, in your own words. Please leave out names, addresses and dates of birth.

I am a computer program. I cannot decide about your case, and I am not a lawyer. If someone is in danger now, use /urgent.

I keep what you write for {minutes} minutes, so that you can ask a follow-up. Then it is gone. /forget deletes it at once."""

HELP = """\
Write your question as you would say it to a friend. One question at a time works best.

/simple: short, easy words
/plain: plain words
/staff: for people who work in social care
/sources: the law the last answer rests on
/letter: a letter to your council
/check: some questions with buttons, to see where you stand
/urgent: who to call now
/privacy: what is kept, and for how long
/forget: delete what is kept of this chat
/stop: stop, and delete what is kept

In a group, write /ask and then your question."""

PRIVACY = """\
What I keep
• What you write, without personal details I can spot, and where we are. I keep it for {minutes} minutes after your last message.
• It is locked with a key made from this chat's number. The number itself is not kept.
• If you tap “Useful” or “Not useful”, I keep that, without your question.
• To answer each message once, I keep Telegram's running number of the message for three days. It does not say who you are.

What I do not do
• I never open photos, voice messages, files or locations.
• I do not put what you write in any log.
• I do not ask who you are.

Telegram itself keeps this chat, and can read it: it is not end-to-end encrypted. Delete the chat in Telegram to remove it there.

/forget deletes at once all I keep of this chat."""

REGISTERS = {
    Register.EASY: "I will use short, easy words now. Write /plain to go back.",
    Register.PLAIN: "I will use plain words now. Write /simple for easier words.",
    Register.STAFF: "I will answer for staff now: duties, powers and procedure. Write /plain to go back.",
}
REGISTER_LASTS = " This lasts until you have been away for {minutes} minutes."

FORGOTTEN = "Done. Everything I kept of this chat is deleted. To remove it from Telegram too, delete the chat there."
NOT_FORGOTTEN = (
    "I could not delete it just now, because my memory does not answer. It is deleted by itself {minutes} minutes "
    "after your last message. Please try /forget again in a little while."
)
STOPPED = "Stopped. I have deleted what I kept of this chat. I never write first. Write a question at any time to start again."

URGENT = "If someone is in danger now, call 999."
ASK_WHAT = "Write your question after the command. For example: /ask Can I get a break from looking after my mum?"
UNKNOWN_COMMAND = "I do not know that command. Write your question in your own words, or see /help."
TOO_MANY = "That was a lot of messages in a short time. Please wait a minute, then ask again. If someone is in danger now, call 999."
SORRY = "Sorry, something went wrong here and I could not answer. Please try again in a little while. If someone is in danger now, call 999."
NO_MEMORY = "I cannot remember what you write just now, so please put all of it in one message."
EDITED = "You changed your message. This answers it as it now stands."
ASKED = "You asked: {question}"
EMPTY = "I cannot see any words in that message. Please write your question."

NO_ANSWER_YET = "I have not kept an answer of yours. Ask your question first, then use /sources."
EXPIRED = "I no longer keep that answer. Please ask again."
NOTHING_MORE = "That is all I have on this. Ask about a part of it to learn more."
NO_SOURCES = "That answer does not rest on a law: it points you to people who can help."

MORE_BUTTON, SOURCES_BUTTON, LETTER_BUTTON = "More", "Sources", "Letter"
USEFUL_BUTTON, NOT_USEFUL_BUTTON = "👍 Useful", "👎 Not useful"
THANKS = "Thank you."
WHY = "Thank you. What was wrong with it?"
WHYS = ("It was wrong", "Hard to understand", "Not what I asked", "Too little", "Something else")
THANKS_WHY = "Thank you. A person looks at these, without your question."
EXPIRED_OPINION = "I no longer keep that answer, so I cannot note this. Thank you all the same."
FEEDBACK_LOST = "Sorry, I could not keep that just now."

IN_PRIVATE = "This is best talked about in private. Please open a chat with me alone and ask there. If someone is in danger now, call 999."
OPEN_PRIVATE = "Write to me in private"
ONLY_PRIVATE = (
    "That works only in a private chat, because you may need to write about yourself. Please open a chat with me alone."
)
JOINED = "Hello. In a group I answer only when you write /ask and your question, or answer one of my messages. Please keep personal matters for a private chat with me."

NOT_READ = {
    "voice": "I cannot listen to voice messages. I did not open it. Please write your question.",
    "audio": "I cannot listen to recordings. I did not open it. Please write your question.",
    "video": "I cannot watch videos. I did not open it. Please write your question.",
    "photo": "I cannot look at pictures. I did not open it. Please write your question.",
    "sticker": "Thank you. I only understand words, so please write your question.",
    "document": "I do not open files. If it is a letter from the council, write what it says that worries you. Leave out names and numbers.",
    "contact": "Please do not send me anyone's contact details. I did not keep them. You can write your question here.",
    "location": "I do not need to know where you are, and I did not keep it. You can write your question here.",
    "poll": "I cannot answer polls. Please write your question.",
    "other": "I only understand words. Please write your question.",
}
CAPTION = "I did not open what you sent. This answers the words with it."

COMMANDS = {
    "start": "What this is",
    "help": "How to ask",
    "ask": "Ask a question (for groups)",
    "simple": "Answers in short, easy words",
    "plain": "Answers in plain words",
    "staff": "Answers for staff",
    "sources": "The law the last answer rests on",
    "letter": "Write a letter to the council",
    "check": "Questions with buttons: where you stand",
    "urgent": "Who to call now",
    "privacy": "What is kept, and for how long",
    "forget": "Delete what is kept of this chat",
    "stop": "Stop, and delete what is kept",
}
DESCRIPTION = (
    "I answer questions about adult social care in England: care for yourself, help for carers, what it costs, and what "
    "to do when the council says no. Each answer shows the law it rests on. I am a computer program, not a lawyer. "
    "Please leave out names and addresses."
)
SHORT_DESCRIPTION = "Adult social care in England: plain answers with the law they rest on."

WHICH_LETTER = "Which letter do you need? I ask a few short questions and write it for you. You send it yourself."
LETTER_BEGINS = """\
{title}

{when}

I will ask {count} short questions. What you write goes only into the letter: I do not keep it. You can leave any of them out."""
SKIP_BUTTON, FINISH_BUTTON, DROP_BUTTON = "Leave out", "Finish now", "Stop"
LETTER_DROPPED = "Stopped. What you wrote for the letter is gone. Write /letter to begin again."
LETTER_GIVEN = "The same letter as a file. Please check it before you send it, and keep a copy. I do not keep it."
LETTER_GAPS = " Fill in what stands in [square brackets]."
LETTER_EXPIRED = (
    "That letter is no longer under way. What you write in a letter is never kept, so please begin again with /letter."
)

WHICH_CHECK = "Which of these do you want to find out? I ask a few questions with buttons. Nothing you tap is kept."
