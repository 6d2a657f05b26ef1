#!/usr/bin/env python3
"""Prints conversations as JSON Lines for the figures of reports: `benches/conversations.py 10000 > calls.jsonl`. The sentences are our own,
drawn at random from a fixed seed; a fifth of the agents are rude at times."""

import json
import random
import sys

GOOD = {
    "greet": ["您好，{name}为您服务，请问有什么可以帮您？", "您好，这里是客服中心，请问您遇到了什么问题？"],
    "ask": ["请问您的订单是哪一天下的？", "方便告诉我订单的后四位吗？", "请问当时页面上显示的是什么？"],
    "sorry": ["非常抱歉，让您久等了。", "真对不起，这件事给您添麻烦了。", "很抱歉给您带来了不好的体验。"],
    "feel": ["我理解您的心情，换了是我也会着急。", "您说的我都明白，确实不应该这样。"],
    "offer": ["我现在就帮您登记退款。", "我帮您换一件新的，运费由我们承担。", "我马上请仓库核对，查到结果就告诉您。"],
    "when": ["24小时内会有专人给您回电。", "退款三到五个工作日到账。", "今天下午六点之前给您答复。"],
    "check": ["请问这样处理您满意吗？", "您看这样安排可以吗？"],
    "else": ["请问还有别的可以帮您的吗？", "除了这件事，还有什么需要帮忙的吗？"],
    "bye": ["感谢您的来电，祝您生活愉快，再见。", "谢谢您的反馈，再见。"],
}
BAD = ["你没有填对，怪不了我们。", "这个不归我们管，你找别的部门。", "这是公司的规定，没办法。", "急什么，等着就是了。", "我们从来不会弄错，肯定是你自己点的。",
       "你必须先付款，不然什么都办不了。", "你爱投诉就投诉。", "我跟你说了多少遍了，你听不懂吗？"]
CUSTOMER = ["我上周买的东西到现在还没有送到。", "你们扣了我两次钱。", "页面一直打不开，试了三次了。", "收到的颜色不对，我要的是蓝色的。", "会员到期了还在扣费。",
            "我已经打了两次电话了，没有人回我。", "嗯。", "好的。", "是的，就是这样。", "那要等多久？", "我的电话是138{digits}，请打这个。"]
ANGRY = ["你们太过分了，我要投诉！", "叫你们领导来跟我说。", "再不解决我就找消协。"]


def conversation(number: int, chance: random.Random):
    agent = chance.randrange(40)
    rude = agent % 5 == 0
    start = 1_767_225_600_000 + number * 780_000
    turns = []

    def say(speaker, text):
        text = text.format(name=f"{agent + 1001}号客服", digits=chance.randrange(10_000_000, 99_999_999))
        turns.append((speaker, text))

    def agent_says(key):
        say("agent", chance.choice(BAD) if rude and chance.random() < 0.25 else chance.choice(GOOD[key]))

    if chance.random() < 0.9:
        agent_says("greet")
    say("customer", chance.choice(CUSTOMER[:6]))
    for _ in range(chance.randrange(1, 5)):
        agent_says(chance.choice(["ask", "sorry", "feel", "offer"]))
        say("customer", chance.choice(ANGRY if chance.random() < 0.15 else CUSTOMER))
    for key in ["sorry", "offer", "when", "check"]:
        if chance.random() < 0.8:
            agent_says(key)
    say("customer", "可以，谢谢。" if not rude else "算了，就这样吧。")
    for key in ["else", "bye"]:
        if chance.random() < 0.8:
            agent_says(key)
    for at, (speaker, text) in enumerate(turns, 1):
        record = {"conversation": f"call-{number:05}", "turn": at, "speaker": speaker, "text": text, "start": start + at * 9_000}
        if speaker == "agent":
            record["agent_id"] = str(agent + 1001)
        yield record


def main():
    chance = random.Random(42)
    for number in range(1, int(sys.argv[1]) + 1):
        for record in conversation(number, chance):
            print(json.dumps(record, ensure_ascii=False))


main()
