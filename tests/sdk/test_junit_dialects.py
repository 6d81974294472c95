"""A dozen tools write JUnit reports, each in its own way; all say the same to us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from datasource_server.sdk.junit import Report, to_test_results

ABOUT = Report("77", "acme/web", datetime(2026, 11, 2, 12, tzinfo=UTC))

DIALECTS = {
    "pytest": (
        (
            '<testsuites name="pytest tests"><testsuite name="pytest" tests="1" timestamp="2026-11-02T10:00:00+01:00">'
            '<testcase classname="tests.test_cart" name="test_add[1-2]" time="0.012">'
            '<failure message="assert 3 == 4">def test_add():\n&gt; assert 3 == 4</failure></testcase></testsuite>'
            "</testsuites>"
        ),
        ("pytest", "tests.test_cart.test_add[1-2]", "failed", 0.012, "assert 3 == 4\ndef test_add():\n> assert 3 == 4"),
    ),
    "surefire": (
        (
            '<testsuite name="com.acme.CartTest" time="1,234.5"><properties><property name="a" value="b"/></properties>'
            '<testcase name="adds" classname="com.acme.CartTest" time="1,234.5">'
            '<error type="java.lang.NullPointerException">'
            "java.lang.NullPointerException: at Cart</error></testcase></testsuite>"
        ),
        ("com.acme.CartTest", "com.acme.CartTest.adds", "error", 1234.5, "java.lang.NullPointerException: at Cart"),
    ),
    "jest": (
        (
            '<testsuites name="jest tests"><testsuite name="cart"><testcase classname="cart adds" name="cart adds" '
            'time="0.004"><failure>Error: expected 1</failure></testcase></testsuite></testsuites>'
        ),
        ("cart", "cart adds", "failed", 0.004, "Error: expected 1"),
    ),
    "go": (
        (
            '<testsuites><testsuite name="acme.example/web/cart"><testcase classname="acme.example/web/cart" '
            'name="TestAdd/two" time="0.000"><skipped message="cart_test.go:9: no network"/></testcase></testsuite>'
            "</testsuites>"
        ),
        ("acme.example/web/cart", "acme.example/web/cart.TestAdd/two", "skipped", 0.0, "cart_test.go:9: no network"),
    ),
    "googletest": (
        (
            '<testsuites name="AllTests"><testsuite name="Cart"><testcase name="DISABLED_Adds" status="notrun" '
            'result="suppressed" time="0." classname="Cart"/></testsuite></testsuites>'
        ),
        ("Cart", "Cart.DISABLED_Adds", "skipped", 0.0, ""),
    ),
    "ctest": (
        (
            '<testsuite name="Linux-c++"><testcase name="cart" classname="cart" time="1.5e-05" status="fail">'
            '<failure message="Failed"/><system-out>boom</system-out></testcase></testsuite>'
        ),
        ("Linux-c++", "cart", "failed", 1.5e-05, "Failed"),
    ),
    "mocha": (
        (
            '<testsuites name="Mocha Tests"><testsuite name="Cart" file="cart.spec.js"><testcase name="Cart adds two" '
            'classname="adds two" time="0,25"/></testsuite></testsuites>'
        ),
        ("Cart", "Cart adds two", "passed", 0.25, ""),
    ),
    "playwright": (
        (
            '<testsuites id="" name=""><testsuite name="cart.spec.ts" hostname="chromium"><testcase name="Cart › adds" '
            'classname="cart.spec.ts" time="2.5"/></testsuite></testsuites>'
        ),
        ("cart.spec.ts", "cart.spec.ts › Cart › adds", "passed", 2.5, ""),
    ),
    "phpunit": (
        (
            '<testsuites><testsuite name=""><testsuite name="Unit"><testsuite name="App\\CartTest" file="CartTest.php">'
            '<testcase name="testAdd with data set #0" class="App\\CartTest" classname="App.CartTest" time="0.1"/>'
            "</testsuite></testsuite></testsuite></testsuites>"
        ),
        ("Unit › App\\CartTest", "App.CartTest › testAdd with data set #0", "passed", 0.1, ""),
    ),
    "nunit": (
        (
            '<test-run id="2"><test-suite name="Acme.dll"><test-case name="Adds" fullname="Acme.Cart.Adds(1)" '
            'classname="Acme.Cart" result="Failed" duration="0.25"><failure><message><![CDATA[Expected: 2]]></message>'
            "</failure></test-case></test-suite></test-run>"
        ),
        ("Acme.dll", "Acme.Cart.Adds(1)", "failed", 0.25, "Expected: 2"),
    ),
    "without a suite's name or a time": (
        '<testsuite><testcase name="adds"/></testsuite>',
        ("", "adds", "passed", None, ""),
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_tool_is_understood(dialect: str) -> None:
    xml, expected = DIALECTS[dialect]
    (row,) = to_test_results(xml.encode(), ABOUT)
    assert (row.suite, row.name, row.status, row.duration_seconds, row.message) == expected
