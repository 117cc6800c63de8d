"""What is not to be found: hashes, ids, versions, images, examples, and code that only looks like an address."""

import base64
import uuid
from collections.abc import Iterator

from tests.redaction_corpus.case import Case
from tests.redaction_corpus.random_text import ALNUM, BASE64, RandomText

_ROUNDS = 5
_LITERAL = r"""
git@github.com:owner/repo.git
pip install requests@2.31.0
@app.route('/users/<id>')
y = x@self.weight.t()
icon@2x.png and photo@3x.jpg
ann@example.com, bob@example.org, <carol@mail.example.net>
user@localhost, root@db.local, test@host.invalid
systemctl start getty@tty1.service
npm i lodash@latest react@18.2.0
import {x} from "@scope/pkg";
noreply@github.com
you@company.com
127.0.0.1:5432 and 0.0.0.0:80
192.168.1.17, 10.0.0.5, 172.16.4.9 and 169.254.169.254
nameserver 8.8.8.8 and 1.1.1.1, or 9.9.9.9
203.0.113.7 and 198.51.100.3 are for documentation
255.255.255.0 is a netmask
Python 3.11.4, CUDA 12.1.0, gcc 13.2.0
version 4.18.0.553
Chrome/120.0.6099.109 Safari/537.36
OpenSSL 1.1.1.1, see section 3.2.1.4
1.3.6.1.4.1.311 is an OID
pip install foo==1.24.17.33
v12.34.56.78 was released
torch-2.13.100.7-cp311
::1 and fe80::1 and ff02::1
std::vector<int> a; a::b(c); ns::dead::beef::cafe
2001:db8::1 is for documentation
00:1b:44:11:3a:b7 is a MAC address
12:34:56.789 [main] INFO
2026-11-24T00:15:00+01:00
call 555-0123 or +1-202-555-0143
(555) 123-4567
123-456-7890
+1234567890
x = a +123456789
1700000000 and 1732406400123
2026-11-24 and 24.11.2026
978-3-16-148410-0
4111 1111 1111 1111 is a test card
SSN 078-05-1120
@@ -123,456 +7890,1234 @@
range(1000, 2000, 300)
17179869184 bytes are 16 GiB
frame_01751234567.png and 0x01751234567 and 0.01751234567
order-01751234567 of #01751234567, id=01751234567
ISBN 0735619670
phone = models.CharField(max_length=20), tel: 12345678, mobile: 1234567890
"phone": "00000000000", "phone_id": 13800138, phone_count = 20240917
电话：12345678，手机壳 13 种，手机号长度为 11
订单号13987654321已发货，编号 17698765432
一共 13987654321 个字节，约等于17179869184字节
范围 139-8765-43210，139.8765.4321，数值 13987654321.5
cell 20240917 of the notebook, call 13800138 times
100-200-3000
/home/user/project and /Users/username/x
/home/ubuntu/app, /home/ec2-user, /home/runner/work
C:\Users\Public\Documents and C:\Users\<you>\x
app.get('/home/dashboard')
router.push("/home/settings")
https://www.acme.dev/home/about
<Route path="/Users/:id">
~/home/bin and $HOME/x and /home/$USER/x
https://api.acme.dev/Users/42
postgresql://user:password@localhost/db
postgres://postgres:postgres@db:5432/app
mysql://${DB_USER}:${DB_PASSWORD}@db/app
https://<user>:<token>@git.acme.dev/x
http://localhost:8080/a@b
ftp://user:pass@host
redis://localhost:6379/0
amqp://guest:guest@rabbit
f"https://{user}:{token}@host"
mongodb://username:your_password@cluster/db
password = "password"
password = input("Password: ")
password = os.environ["DB_PASSWORD"]
PASSWORD=changeme123
api_key = "YOUR_API_KEY_1"
api_key: your-api-key-here-2
token = get_token(user1)
token: str = "x1"
"secret": "<your-secret-1>"
password = user.password2
SECRET_KEY = "xxxxxxxxxxxxxxxx1"
self.password = password1
const token = req.headers.authorization
"password": "${DB_PASSWORD_1}"
tokenizer = AutoTokenizer.from_pretrained("gpt2")
max_tokens=4096, token_count: 12345678
token_type_ids = [0, 1, 2]
<input type="password" name="password1" id="password-field-1">
password: ********
passwordField.sendKeys("secret123")
key = "name"; primary_key=True
hf_hub_download(repo_id="bigcode/starcoder")
sk-learn and sk-toggleable__content and sk-estimator-doc-link
pk_test is Stripe's prefix
ghp_ is how GitHub's tokens begin
Authorization: Bearer <token>
Authorization: Bearer $TOKEN_123456789012
headers = {"Authorization": f"Bearer {api_token_12345}"}
AKIA is the prefix of AWS key ids; AKIAIOSFODNN7EXAMPLE is their example
eyJ is how a JSON web token begins
What does "BEGIN RSA PRIVATE KEY" mean?
grep -r "BEGIN OPENSSH PRIVATE KEY" .
APACHE2LICENSE and APDEFAULTS1
-----BEGIN CERTIFICATE REQUEST-----
ssh-keygen -t ed25519 -C "work"
foo@bar.py and foo@bar.js and foo@bar.txt
y = x@w.to(device) + z@self.name
loss = a@model.fit(x)
q = b@c.page
z = x@self.weight.T
@pytest.mark.usefixtures("running")
celery@worker.service
请看example@example.com的格式
服务器192.168.1.17上，还有127.0.0.1和10.0.0.5
版本是12.34.56.78，见第3.12.4.16节
OIDs：1.3.6.1.4.1.311
密码=password 和 密码：请输入密码
密码长度为8-16位，密码为空，密码：123456
密码 = os.environ["DB_PASSWORD"]
密码是 user.password2
忘记密码？见 https://acme.dev/reset1
"密码": "请输入8位以上的密码"
令牌是 JWT 格式，密钥：见 config1.yaml
/home/用户名/x 和 C:\Users\公用\Desktop
PRIMARY_KEY=user_id1
CACHE_KEY=user:1234:profile
SORT_KEY=created_at2&order=asc
PASSWORD_MIN_LENGTH=12chars
TOKEN=$(cat token1) && echo
API_TOKEN=${TOKEN_1}
password: "At least 8 characters"
"password": "Enter the 6 digit code"
"token": "Your token expires in 24 hours"
secret: 'Must have 2 upper-case letters'
"password": "Mindestens 8 Zeichen"
passphrase = "one of 12 words"
docker run -u 1000:1000 alpine3
docker run -u node:node -p8080:80 mysql:8
curl -u user:password https://acme.dev
curl -u "$USER:$PASS1" https://acme.dev
curl -u <user>:<token1> https://acme.dev
curl -A Mozilla:5.0 https://acme.dev
http -a user:pass :8000/x
mysql -u root -p shop1
mysql -p$PASSWORD1 shop
mysql -pYOUR_PASSWORD1 shop
mysql -P3306 -p
mkdir -p dir1/sub2 && ssh -p2222 db1
redis-cli -a $PASS1 ping
sshpass -p "$PASS1" ssh db
"""


def lookalikes() -> Iterator[Case]:
    draw = RandomText(24112026)
    for line in _LITERAL.strip().splitlines():
        yield Case(line)
    for _ in range(_ROUNDS):
        yield from map(Case, _drawn(draw))
    yield Case("-----BEGIN CERTIFICATE-----\n" + draw.wrapped(300) + "\n-----END CERTIFICATE-----")
    yield Case("-----BEGIN PUBLIC KEY-----\n" + draw.wrapped(300) + "\n-----END PUBLIC KEY-----")


def _drawn(draw: RandomText) -> Iterator[str]:
    one, two = draw.word(), draw.word()

    def number(most: int) -> int:
        return draw.random.randrange(10, most)

    for length, name in ((32, "md5"), (40, "sha1"), (64, "sha256"), (128, "sha512")):
        yield f"{name}: {draw.hex(length)}"
        yield f"{draw.hex(length)}  {one}-{two}.tar.gz"
    yield f"git checkout {draw.hex(40)}"
    yield f"index {draw.hex(7)}..{draw.hex(7)} 100644"
    yield f'"integrity": "sha512-{draw.of(86, BASE64)}=="'
    yield f"image: {one}/{two}@sha256:{draw.hex(64)}"
    yield f"--hash=sha256:{draw.hex(64)}"
    drawn = str(uuid.UUID(int=draw.random.getrandbits(128), version=4))
    yield f'"id": "{drawn}"'
    yield f"https://acme.dev/{one}/{drawn}"
    yield f"request_id={drawn}"
    yield f"trace_id={draw.hex(32)} span_id={draw.hex(16)}"
    yield f'<img src="data:image/png;base64,iVBORw0KGgo{draw.of(400, BASE64)}=">'
    yield f"url(data:font/woff2;base64,d09GMgABAAAA{draw.of(300, BASE64)})"
    yield f'{{"data": "{base64.b64encode(draw.random.randbytes(60)).decode()}"}}'
    yield f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{draw.of(43, BASE64)} {one}"
    yield f"ssh-rsa AAAAB3NzaC1yc2E{draw.of(340, BASE64)} work"
    yield f"https://youtu.be/{draw.of(11)}?t={draw.digits(2)}"
    yield f"https://docs.google.com/document/d/{draw.of(44)}/edit"
    yield f"{one}_{two}_{draw.digits(8)} = compute_{one}({draw.digits(3)})"
    yield f'version = "{draw.digits(1)}.{draw.digits(2)}.{draw.digits(1)}"'
    yield f"{one}=={draw.random.randrange(1, 30)}.{number(30)}.{number(99)}.{number(99)}"
    yield f"{one} version {draw.random.randrange(1, 30)}.{number(30)}.{number(250)}.{number(99)}"
    yield f"10.{draw.random.randrange(256)}.{draw.random.randrange(256)}.{draw.random.randrange(256)}:8080"
    yield f"192.168.{draw.random.randrange(256)}.{draw.random.randrange(1, 255)}"
    yield f"172.{draw.random.randrange(16, 32)}.0.{draw.random.randrange(1, 255)}/16"
    yield f"{draw.name()}@example.com"
    yield f"{draw.name()}@{one}.example.org"
    yield f"/home/user/{one}/{two}.py"
    yield f"timestamp {1_700_000_000 + draw.random.randrange(10**7)}"
    yield f"order {draw.digits(12)} of {draw.digits(4)}-{draw.digits(2)}-{draw.digits(2)}"
    yield f"0x{draw.hex(16)} 0x{draw.hex(40)}"
    yield f'class="{one}-{two}-{draw.digits(2)} sk-{one}-{two}-container"'
    yield f'password_hash = "$2b$12${draw.of(53, ALNUM)}"'
    yield f"password: {one}.{two}.read()"
    yield f"token = tokens[{draw.digits(2)}]"
    yield f"secret_name: {one}-{two}"
    yield f"api_key = settings.{one}_key2"
