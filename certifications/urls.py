from django.urls import path

from certifications import views

app_name = "certifications"
urlpatterns = [
    path("attestations/verifier/<uuid:public_id>/", views.verify, name="verify"),
    path("attestations/<uuid:public_id>/pdf/", views.pdf, name="pdf"),
]
