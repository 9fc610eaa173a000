"""The model of the task as SBML, for the peers that read it."""

_LAWS = {
    # reaction: (what it takes from, what it adds to, its rate; a species stands for mg/L)
    "elimination": ("drug", None, "<apply><times/><ci>cl</ci><ci>drug</ci></apply>"),
    "to_second": ("drug", "second", "<apply><times/><ci>q2</ci><ci>drug</ci></apply>"),
    "from_second": ("second", "drug", "<apply><times/><ci>q2</ci><ci>second</ci></apply>"),
    "to_third": ("drug", "third", "<apply><times/><ci>q3</ci><ci>drug</ci></apply>"),
    "from_third": ("third", "drug", "<apply><times/><ci>q3</ci><ci>third</ci></apply>"),
}
_INFUSION = {"infusion": (None, "drug", "<ci>rate</ci>")}


def sbml(infusion: bool) -> str:
    """Write the model. ``infusion`` adds an input with the parameter ``rate``."""
    laws = _LAWS | (_INFUSION if infusion else {})
    compartments = "".join(
        f'<compartment id="{name}" size="1" constant="true" spatialDimensions="3"/>'
        for name in ("central", "near", "far")
    )
    species = "".join(
        f'<species id="{name}" name="{name}" compartment="{place}" initialAmount="0" '
        'hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>'
        for name, place in (("drug", "central"), ("second", "near"), ("third", "far"))
    )
    parameters = "".join(
        f'<parameter id="{name}" value="{value}" constant="{constant}"/>'
        for name, value, constant in (
            ("cl", 1, "true"),
            ("q2", 1, "true"),
            ("q3", 1, "true"),
            *([("rate", 0, "false")] if infusion else []),
        )
    )
    reactions = "".join(_reaction(name, *law) for name, law in laws.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">'
        '<model id="three_compartments">'
        f"<listOfCompartments>{compartments}</listOfCompartments>"
        f"<listOfSpecies>{species}</listOfSpecies>"
        f"<listOfParameters>{parameters}</listOfParameters>"
        f"<listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )


def _reaction(name: str, taken: str | None, added: str | None, law: str) -> str:
    def references(species: str | None, what: str) -> str:
        if not species:
            return ""
        reference = f'<speciesReference species="{species}" stoichiometry="1" constant="true"/>'
        return f"<listOf{what}>{reference}</listOf{what}>"

    return (
        f'<reaction id="{name}" name="{name}" reversible="false">'
        f"{references(taken, 'Reactants')}{references(added, 'Products')}"
        f'<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">{law}</math></kineticLaw>'
        "</reaction>"
    )
