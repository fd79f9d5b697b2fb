from django.urls import path

from interview_toolkit.home import views

urlpatterns = [
    path("feuille-de-route/<slug:code>/preuve/<slug:kind>/", views.proof_rows, name="proof_rows"),
]
