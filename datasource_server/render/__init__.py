"""Values → files: dashboards, alert rules, provisioning, and the reference page."""

from datasource_server.render.dashboard import dashboard_json, panel_number
from datasource_server.render.files import boards, provisioning, render_all, rendered
from datasource_server.render.provisioning import Places

__all__ = ["Places", "boards", "dashboard_json", "panel_number", "provisioning", "render_all", "rendered"]
