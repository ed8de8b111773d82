"""Why no tax is charged, in the words that the law of each country wants (BT-120), and its code.

The words for reverse charge and the margin scheme are those of Directive 2006/112/EC art. 226.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

INTRA_COMMUNITY: Words = {
    "de": "Steuerfreie innergemeinschaftliche Lieferung",
    "en": "Intra-Community supply, exempt from VAT",
    "fr": "Livraison intracommunautaire exonérée de TVA",
    "it": "Cessione intracomunitaria non imponibile IVA",
    "es": "Entrega intracomunitaria exenta de IVA",
    "nl": "Intracommunautaire levering, vrijgesteld van btw",
    "pl": "Wewnątrzwspólnotowa dostawa towarów",
    "pt": "Transmissão intracomunitária isenta de IVA",
    "cs": "Dodání zboží do jiného členského státu osvobozené od DPH",
}
EXPORT: Words = {
    "de": "Steuerfreie Ausfuhrlieferung",
    "en": "Export, exempt from VAT",
    "fr": "Exportation exonérée de TVA",
    "it": "Cessione all'esportazione non imponibile IVA",
    "es": "Exportación exenta de IVA",
    "nl": "Uitvoer, vrijgesteld van btw",
    "pl": "Eksport towarów",
    "pt": "Exportação isenta de IVA",
    "cs": "Vývoz zboží osvobozený od DPH",
}
REVERSE_CHARGE: Words = {
    "de": "Steuerschuldnerschaft des Leistungsempfängers",
    "en": "Reverse charge",
    "fr": "Autoliquidation",
    "it": "Inversione contabile",
    "es": "Inversión del sujeto pasivo",
    "nl": "Btw verlegd",
    "pl": "Odwrotne obciążenie",
    "pt": "IVA - autoliquidação",
    "cs": "Daň odvede zákazník",
}
MARGIN_SCHEME: Words = {
    "de": "Gebrauchtgegenstände/Sonderregelung",
    "en": "Margin scheme - Second-hand goods",
    "fr": "Régime particulier - Biens d'occasion",
    "it": "Regime del margine - Beni di occasione",
    "es": "Régimen especial de los bienes usados",
    "nl": "Bijzondere regeling - Gebruikte goederen",
    "pl": "Procedura marży - Towary używane",
    "pt": "Regime da margem de lucro - Bens em segunda mão",
    "cs": "Zvláštní režim - Použité zboží",
}
SMALL_BUSINESS: Words = {
    "de": "Steuerbefreit als Kleinunternehmer",
    "en": "Small business, exempt from VAT",
    "fr": "TVA non applicable",
    "it": "Operazione esente da IVA, piccola impresa",
    "es": "Pequeña empresa exenta de IVA",
    "nl": "Vrijgesteld van btw, kleineondernemersregeling",
    "pl": "Zwolnienie z VAT, mały przedsiębiorca",
    "pt": "IVA - regime de isenção",
    "cs": "Osvobozeno od DPH, malý podnik",
}
NOT_SUBJECT: Words = {
    "de": "Nicht umsatzsteuerbar",
    "en": "Not subject to VAT",
    "fr": "Hors du champ d'application de la TVA",
    "it": "Fuori campo IVA",
    "es": "No sujeto a IVA",
    "nl": "Niet onderworpen aan btw",
    "pl": "Nie podlega VAT",
    "pt": "Não sujeito a IVA",
    "cs": "Není předmětem DPH",
}
#: Said beside the rate of the buyer's country; {country} is its code.
ONE_STOP_SHOP: Words = {
    "de": "Umsatzsteuer des Bestimmungslandes ({country}), erklärt über den One-Stop-Shop (OSS)",
    "en": "VAT of the country of destination ({country}), declared through the One Stop Shop (OSS)",
    "fr": "TVA du pays de destination ({country}), déclarée au guichet unique (OSS)",
    "it": "IVA del paese di destinazione ({country}), dichiarata tramite lo sportello unico (OSS)",
    "es": "IVA del país de destino ({country}), declarado en la ventanilla única (OSS)",
    "nl": "Btw van het land van bestemming ({country}), aangegeven via het éénloketsysteem (OSS)",
    "pl": "VAT kraju przeznaczenia ({country}), rozliczany w procedurze OSS",
    "pt": "IVA do país de destino ({country}), declarado no balcão único (OSS)",
    "cs": "DPH země určení ({country}), přiznaná v režimu OSS",
}

#: Where the law of a country exempts small businesses; elsewhere it is the directive.
_SMALL_BUSINESS_LAW = {
    "AT": "§ 6 Abs. 1 Z 27 UStG",
    "BE": "art. 56bis WBTW/CTVA",
    "DE": "§ 19 UStG",
    "FR": "art. 293 B du CGI",
    "IT": "L. 190/2014, art. 1, c. 54-89",
    "NL": "art. 25 Wet OB 1968",
    "PL": "art. 113 ust. 1 ustawy o VAT",
    "PT": "art. 53.º do CIVA",
}
_DIRECTIVE = "art. 284 2006/112/EC"


def small_business_reason(seller_country: str, language: str) -> str:
    """Gives the sentence of a small business, with the law that exempts it."""
    law = _SMALL_BUSINESS_LAW.get(seller_country, _DIRECTIVE)
    return f"{in_language(SMALL_BUSINESS, language)}, {law}"


def in_language(words: Words, language: str) -> str:
    """Gives the words in the base language of a tag, or in English."""
    return words.get(language.partition("-")[0].lower(), words["en"])
