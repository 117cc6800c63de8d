"""Ends of domains at which people have addresses; other ends are methods, files and packages: `x@self.weight`."""

_COUNTRIES = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf
cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg
gh gi gl gm gn gp gq gr gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp
kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc
ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si
sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg
vi vn vu wf ws ye yt za zm zw
"""
# Without those that code has for names: call, data, date, map, new, next, now, read, run, select, show, zip.
_GENERIC = """
com org net edu gov mil int info biz name pro mobi tel asia cat coop jobs museum post travel aero arpa xxx abogado
academy accountant accountants actor adult africa agency airforce alsace amsterdam apartments app archi army art
associates attorney auction audio auto autos baby band bank bar barcelona bargains baseball basketball bayern beauty
beer berlin best bet bible bid bike bingo bio black blog blue boats bond boo book boston boutique broadway broker
brussels build builders business buzz cab cafe cam camera camp capetown capital car cards care career careers cars
casa cash casino catering center ceo cfd charity chat cheap christmas church city claims cleaning click clinic
clothing cloud club coach codes coffee college cologne community company computer condos construction consulting
contact contractors cooking cool corsica country coupons courses credit creditcard cricket cruises cymru cyou dance
dating day deals degree delivery democrat dental dentist desi design dev diamonds diet digital directory discount
doctor dog domains download durban earth eco education email energy engineer engineering enterprises equipment estate
eus events exchange expert exposed express fail faith family fan fans farm fashion feedback fi film finance financial
fish fishing fit fitness flights florist flowers football forsale forum foundation frl fun fund furniture futbol fyi
gal gallery game games garden gay gent gift gifts gives giving glass global gmbh gold golf graphics gratis green gripe
group guide guitars guru hair hamburg haus health healthcare helsinki hiphop hiv hockey holdings holiday homes horse
hospital host hosting house how icu immo immobilien inc industries ink institute insurance insure international
investments irish ist istanbul jetzt jewelry joburg juegos kaufen kids kim kitchen kiwi koeln krd kyoto lat law lawyer
lease legal lgbt life lighting limited limo link live llc llp loan loans lol london lotto love ltd ltda luxe luxury
madrid maison makeup management marketing markets mba media medical melbourne meme memorial men menu miami mom money
monster mortgage motorcycles movie nagoya navy network news ngo ninja nrw nyc observer okinawa one ong onl online ooo
organic osaka page paris partners parts party pet pharmacy photo photography photos physio pics pictures pink pizza
place plumbing plus poker porn press productions prof promo properties property protection pub quebec quest racing
radio realestate realty recipes red rehab reise reisen rent rentals repair report republican rest restaurant reviews
rich rip rocks rodeo rugby ruhr ryukyu saarland sale salon sarl school schule science scot security services sexy
shiksha shoes shop shopping ski skin soccer social software solar solutions space spa sport storage store stream
studio study style sucks supplies supply support surf surgery swiss sydney systems taipei tattoo tax taxi team tech
technology tennis theater theatre tickets tienda tips tires tirol today tokyo tools top tours town toys trade trading
training tube tyrol university uno vacations vegas ventures versicherung vet viajes video villas vin vip vision
vlaanderen vodka vote voting voto voyage wales wang watch web webcam website wedding whoswho wien wiki win wine work
works world wtf xin xyz yachts yoga yokohama zone zuerich
"""
_TOPS = frozenset((_COUNTRIES + _GENERIC).split())
_OBJECTS = frozenset({"self", "cls", "this"})


def is_domain(labels: list[str]) -> bool:
    """Of a name's parts, at least two of them."""
    top = labels[-1].lower()
    if top == "py":
        # Paraguay gives names at a third level alone; `host.py` is a file.
        return len(labels) > 2
    return labels[0] not in _OBJECTS and (top in _TOPS or top.startswith("xn--"))
