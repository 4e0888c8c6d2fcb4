"""What a preflight finds wrong with a PDF, in Danish, by its code; and of a title or date by its place."""

from outbound.rendering import Fault

FAULTS = {
    "pdf-unreadable": "Filen er ikke en PDF, der kan læses.",
    "pdf-encrypted": "PDF'en er beskyttet. Gem den uden adgangskode og begrænsninger.",
    "pdf-empty": "PDF'en har ingen sider.",
    "too-many-pages": "PDF'en har flere sider, end der er plads til i en kuvert.",
    "too-large": "Filen er for stor. Gør billederne mindre.",
    "page-not-a4-portrait": "En side er ikke A4 på højkant.",
    "content-outside-printable-area": "Noget står i margenen, hvor printeren ikke kan trykke eller sætter sine mærker.",
    "address-window-not-clear": "Ved siden af adressen står noget, der kan ses i kuvertens rude.",
    "address-missing": "Der står ingen adresse i ruden på første side.",
    "recipient-mismatch": "Navnet i ruden er ikke modtagerens. Se efter, om to breve er byttet om.",
    "protected-address-in-text": "En adresse, der ikke må stå i brevet, står i det.",
    "font-not-embedded": "En skrifttype ligger ikke i filen. Gem den med alle skrifttyper (PDF/A).",
    "active-content": "PDF'en har script, handlinger, formularer eller vedlagte filer. Gem den som en almindelig PDF.",
    "pdf-content": "PDF'en fylder langt mere udpakket, end et brev behøver.",
    "pdf-time": "PDF'en tager for lang tid at kontrollere. Gør den enklere.",
    "pdf-memory": "PDF'en bruger for meget hukommelse. Gør billederne mindre.",
    "pdf-busy": "Kontrollen har travlt. Prøv igen om lidt.",
}
"""As `outbound.rendering.verdict` has them."""
PLACES = {
    "/dated": "Datoen kan ikke bruges: den er for gammel eller mere end et år ude i fremtiden.",
    "/title": "Titlen skal have 1 til 200 tegn, der kan trykkes, og må ikke rumme et CPR-nummer.",
}


def fault_said(fault: Fault) -> str:
    """One fault, as a sentence."""
    if fault.code in FAULTS:
        return FAULTS[fault.code]
    return next((said for place, said in PLACES.items() if fault.pointer.startswith(place)), "PDF'en kan ikke bruges.")
